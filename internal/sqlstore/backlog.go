package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/upkeep"
)

// Backlog counts what waits, each kind up to [upkeep.MaxBacklog]. If more callbacks are pending, it
// counts those that end first.
func (s *Store) Backlog(ctx context.Context, now time.Time) (upkeep.Backlog, error) {
	b := upkeep.Backlog{Undelivered: map[callbacks.State]int{}}
	err := s.db.NewRaw(`
		select queue, deadline_cause as cause, count(*) as count from (
			select queue, deadline_cause from callbacks where state = 'pending' order by deadline, num limit ?) as first
		group by queue, deadline_cause order by queue, deadline_cause`, upkeep.MaxBacklog).Scan(ctx, &b.Pending)
	if err != nil {
		return b, fmt.Errorf("count pending callbacks: %w", s.unavailable(err))
	}
	if b.OldestPending, err = s.next(ctx, `select received_at from callbacks where state = 'pending' order by received_at limit 1`); err != nil {
		return b, fmt.Errorf("find the oldest pending callback: %w", err)
	}
	if b.Waiting, err = s.waitingForSignatures(ctx); err != nil {
		return b, err
	}
	for _, state := range []callbacks.State{callbacks.Decided, callbacks.Undeliverable, callbacks.Unconfirmed} {
		in := wantedCondition(desk.Wanted{State: state})
		if b.Undelivered[state], err = s.bounded(ctx, in.text, in.args...); err != nil {
			return b, err
		}
	}
	if b.Differing, err = s.boundedIn(ctx, "audit", `action = ?`, string(callbacks.ActionReceiptDiffers)); err != nil {
		return b, err
	}
	if b.LateHeartbeats, err = s.bounded(ctx, `next_heartbeat_at > 0 and next_heartbeat_at <= ?`, millis(now.Add(-upkeep.HeartbeatSlack))); err != nil {
		return b, err
	}
	b.Reads, err = s.Quotas(ctx)
	return b, err
}

// waitingForSignatures counts callbacks by queue and rule. Those of one rule have few different
// requirements: one for each version of it.
func (s *Store) waitingForSignatures(ctx context.Context) (all []upkeep.WaitingCount, err error) {
	var found []struct {
		Queue       string
		Requirement sql.NullString
		Count       int
	}
	err = s.db.NewRaw(`
		select queue, requirement, count(*) as count from (
			select queue, requirement from callbacks where state = 'pending' and waiting_since > 0 limit ?) as first
		group by queue, requirement order by queue, requirement`, upkeep.MaxBacklog).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("count callbacks that wait for signatures: %w", s.unavailable(err))
	}
	for _, f := range found {
		r, err := decodeRequirement(f.Requirement)
		if err != nil {
			return nil, fmt.Errorf("requirement of callbacks in %s: %w", f.Queue, err)
		}
		same := func(c upkeep.WaitingCount) bool { return c.Queue == f.Queue && c.Rule == r.Rule }
		i := slices.IndexFunc(all, same)
		if i < 0 {
			i = len(all)
			all = append(all, upkeep.WaitingCount{Queue: f.Queue, Rule: r.Rule})
		}
		all[i].Count += f.Count
	}
	return all, nil
}

// bounded counts the callbacks that meet a condition, up to [upkeep.MaxBacklog].
func (s *Store) bounded(ctx context.Context, condition string, args ...any) (n int, err error) {
	return s.boundedIn(ctx, "callbacks", condition, args...)
}

// boundedIn does the same in another table.
func (s *Store) boundedIn(
	ctx context.Context, table, condition string, args ...any,
) (n int, err error) {
	text := `select count(*) from (select 1 from ` + table + ` where ` + condition + ` limit ?) as found`
	err = s.db.NewRaw(text, append(args, upkeep.MaxBacklog)...).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", table, s.unavailable(err))
	}
	return n, nil
}
