package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/rollout"
)

// replicaRow is a row of replicas.
type replicaRow struct {
	bun.BaseModel `bun:"table:replicas"`

	Name      string `bun:",pk"`
	Version   string
	LoadedAt  int64
	Problem   string
	ProblemAt int64
	SeenAt    int64
}

func (r *replicaRow) replica() rollout.Replica {
	replica := rollout.Replica{
		Name: r.Name, Version: callbacks.ConfigVersion(r.Version), LoadedAt: fromMillis(r.LoadedAt),
		ProblemAt: fromMillis(r.ProblemAt), SeenAt: fromMillis(r.SeenAt),
	}
	if r.Problem != "" {
		replica.Problem = strings.Split(r.Problem, "\n")
	}
	return replica
}

// versionRow is a row of config_versions.
type versionRow struct {
	bun.BaseModel `bun:"table:config_versions"`

	Version     string `bun:",pk"`
	FirstSeenAt int64
	FirstSeenBy string
	Content     string // of the file
}

func (r *versionRow) version() rollout.Version {
	return rollout.Version{
		Version: callbacks.ConfigVersion(r.Version), FirstSeenAt: fromMillis(r.FirstSeenAt), FirstSeenBy: r.FirstSeenBy,
	}
}

// ReportReplica implements rollout.Store.
func (s *Store) ReportReplica(ctx context.Context, r rollout.Replica, entries ...callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		text, args := t.insertion(&replicaRow{
			Name: r.Name, Version: string(r.Version), LoadedAt: millis(r.LoadedAt),
			Problem: strings.Join(r.Problem, "\n"), ProblemAt: millis(r.ProblemAt), SeenAt: millis(r.SeenAt),
		})
		_, err := t.exec(ctx, text+` on conflict (name) do update set version = excluded.version,
			loaded_at = excluded.loaded_at, problem = excluded.problem,
			problem_at = excluded.problem_at, seen_at = excluded.seen_at`, args...)
		if err != nil {
			return fmt.Errorf("write replica: %w", err)
		}
		text, args = t.insertion(&versionRow{
			Version: string(r.Version), FirstSeenAt: millis(r.SeenAt), FirstSeenBy: r.Name, Content: r.Text,
		})
		if _, err := t.exec(ctx, text+` on conflict (version) do nothing`, args...); err != nil {
			return fmt.Errorf("write version: %w", err)
		}
		for _, e := range entries {
			if err := t.record(ctx, e); err != nil {
				return fmt.Errorf("write what was loaded: %w", err)
			}
		}
		return nil
	})
}

// RemoveReplica implements rollout.Store.
func (s *Store) RemoveReplica(ctx context.Context, name string) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from replicas where name = ?`, storable(name))
		return err
	})
}

// ForgetReplicas implements rollout.Store.
func (s *Store) ForgetReplicas(ctx context.Context, before time.Time, limit int) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from replicas where name in
			(select name from replicas where seen_at < ? order by seen_at limit ?)`, millis(before), limit)
		return err
	})
}

// Replicas implements rollout.Store.
func (s *Store) Replicas(ctx context.Context, since time.Time, limit int) ([]rollout.Replica, error) {
	var all []replicaRow
	err := s.db.NewSelect().Model(&all).Where("seen_at >= ?", millis(since)).
		OrderExpr("name").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read replicas: %w", s.unavailable(err))
	}
	replicas := make([]rollout.Replica, len(all))
	for i, r := range all {
		replicas[i] = r.replica()
	}
	return replicas, nil
}

// ConfigVersions implements rollout.Store.
func (s *Store) ConfigVersions(ctx context.Context, limit int) ([]rollout.Version, error) {
	var all []versionRow
	err := s.db.NewSelect().Model(&all).Column("version", "first_seen_at", "first_seen_by").
		OrderExpr("first_seen_at desc, version desc").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", s.unavailable(err))
	}
	versions := make([]rollout.Version, len(all))
	for i := range all {
		versions[i] = all[i].version()
	}
	return versions, nil
}

// ConfigChange implements rollout.Store.
func (s *Store) ConfigChange(ctx context.Context, v callbacks.ConfigVersion) (rollout.Change, error) {
	var after, before versionRow
	err := s.db.NewSelect().Model(&after).Where("version = ?", storable(string(v))).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return rollout.Change{}, callbacks.ErrNotFound
	}
	if err == nil {
		err = s.db.NewSelect().Model(&before).Where("(first_seen_at, version) < (?, ?)", after.FirstSeenAt, after.Version).
			OrderExpr("first_seen_at desc, version desc").Limit(1).Scan(ctx)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return rollout.Change{}, fmt.Errorf("read a version: %w", s.unavailable(err))
	}
	change := rollout.Change{After: after.version(), Is: after.Content}
	if before.Version != "" {
		change.Before, change.Was = before.version(), before.Content
	}
	return change, nil
}
