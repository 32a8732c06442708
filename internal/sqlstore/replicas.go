package sqlstore

import (
	"context"
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
			Version: string(r.Version), FirstSeenAt: millis(r.SeenAt), FirstSeenBy: r.Name,
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
	err := s.db.NewSelect().Model(&all).
		OrderExpr("first_seen_at desc, version desc").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", s.unavailable(err))
	}
	versions := make([]rollout.Version, len(all))
	for i, r := range all {
		versions[i] = rollout.Version{
			Version: callbacks.ConfigVersion(r.Version), FirstSeenAt: fromMillis(r.FirstSeenAt),
			FirstSeenBy: r.FirstSeenBy,
		}
	}
	return versions, nil
}
