package sqlstore

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
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
	for _, state := range []callbacks.State{callbacks.Decided, callbacks.Undeliverable, callbacks.Unconfirmed} {
		in := wantedCondition(callbacks.Wanted{State: state})
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
