package notices

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/internal/notice"
)

// Reached implements notice.Reaching.
func (s *Store) Reached(ctx context.Context, queues map[string]string, now time.Time) error {
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		if queues == nil {
			return t.later(ctx, `delete from notice_reach`)
		}
		for _, queue := range slices.Sorted(maps.Keys(queues)) { // in one order, so that replicas wait for each other
			// What is under way goes on, and all of it is done again after that.
			if err := t.later(ctx, `insert into notice_reach (queue, reached, replanned, deadline, num, due_at) values (?, ?, '', 0, 0, ?)
				on conflict (queue) do update set reached = excluded.reached,
					due_at = case when notice_reach.due_at = 0 and notice_reach.reached <> excluded.reached then excluded.due_at else notice_reach.due_at end`,
				storable(queue), queues[queue], millis(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write whom queues reach: %w", err)
	}
	return nil
}

// replanning is a row of notice_reach.
type replanning struct {
	queue, reached, replanned string
	deadline, num             int64
}

func (r *replanning) places() []any {
	return []any{&r.queue, &r.reached, &r.replanned, &r.deadline, &r.num}
}

// waiting is where a callback stands among those that are pending in its queue.
type waiting struct{ deadline, num int64 }

func (w *waiting) places() []any { return []any{&w.deadline, &w.num} }

// Replan implements notice.Reaching.
func (s *Store) Replan(ctx context.Context, limit int, now time.Time) (next time.Time, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		found, err := rows(ctx, t, (*replanning).places, `select queue, reached, replanned, deadline, num from notice_reach
			where due_at > 0 and due_at <= ? order by due_at, queue limit 1`+t.engine.Dialect().SkipLocked, millis(now))
		if err != nil || len(found) == 0 {
			return err
		}
		return t.replan(ctx, &found[0], limit, now)
	})
	if err == nil {
		var due []int64
		due, err = read(ctx, s, func(at *int64) []any { return []any{at} }, `select due_at from notice_reach where due_at > 0 order by due_at limit 1`)
		if len(due) > 0 {
			next = fromMillis(due[0])
		}
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("plan again who is told: %w", err)
	}
	return next, nil
}

// replan makes the next callbacks of a queue due. Each counts as changed, so that no plan of the people
// before takes the place of the one to come; what it may say is as it was.
func (t *tx) replan(ctx context.Context, r *replanning, limit int, now time.Time) error {
	if r.num == 0 && r.deadline == 0 {
		r.replanned = r.reached
	}
	const pending = ` from callbacks where queue = ? and state = 'pending' and (deadline, num) > (?, ?)`
	all, err := rows(ctx, t, (*waiting).places, `select deadline, num`+pending+` order by deadline, num limit ?`,
		storable(r.queue), r.deadline, r.num, limit)
	if err != nil {
		return err
	}
	var last waiting
	due := millis(now.Add(notice.ReplanPause))
	if len(all) > 0 {
		last = all[len(all)-1]
		if err := t.later(ctx, `insert into notice_changes (callback, changes, changed_at, due_at, sight)
			select num, 1, cast(? as bigint), cast(? as bigint), ''`+pending+` and (deadline, num) <= (?, ?)
			on conflict (callback) do update set changes = notice_changes.changes + 1,
				due_at = case when notice_changes.due_at = 0 or notice_changes.due_at > excluded.due_at then excluded.due_at else notice_changes.due_at end`,
			millis(now), millis(now), storable(r.queue), r.deadline, r.num, last.deadline, last.num); err != nil {
			return err
		}
	}
	if len(all) < limit { // that was the last of it
		last = waiting{}
		if r.replanned == r.reached {
			due = 0
		}
	}
	return t.later(ctx, `update notice_reach set replanned = ?, deadline = ?, num = ?, due_at = ? where queue = ?`,
		r.replanned, last.deadline, last.num, due, storable(r.queue))
}
