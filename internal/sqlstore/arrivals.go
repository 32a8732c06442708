package sqlstore

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// arrivalRow is a pending callback with the trace of its execution. The trace is empty if there is
// none.
type arrivalRow struct {
	callbackRow
	Trace string
}

// arrived walks the index by arrival and looks up each execution.
const arrived = `select callbacks.*, coalesce((select trace from executions join watches on watches.num = watch
			where hash = execution_hash and watches.function = ? and account = ? and watches.region = ?), '{}') as trace
		from callbacks where state = 'pending' and received_at >= ? and received_at < ?
			and execution_hash is not null and (function = ? or execution_arn like ?)`

// Arrived implements discovery.ExecutionStore.
func (s *Store) Arrived(ctx context.Context, w discovery.Watch, from, before time.Time, after callbacks.ID, limit int) ([]discovery.Arrival, error) {
	text, args := arrived, []any{
		storable(w.Function), storable(w.Account), storable(w.Region), millis(from), millis(before), storable(w.Name()), "%:function:" + storable(w.Name()) + ":%",
	}
	if after != "" {
		text, args = text+` and (received_at, callbacks.num) > (select received_at, num from callbacks where id = ?)`, append(args, string(after))
	}
	var found []arrivalRow
	if err := s.db.NewRaw(text+` order by received_at, callbacks.num limit ?`, append(args, limit)...).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("find arrivals: %w", s.unavailable(err))
	}
	all := make([]discovery.Arrival, len(found))
	for i := range found {
		var err error
		if all[i].Callback, err = found[i].callback(); err != nil {
			return nil, err
		}
		if all[i].Trace, err = decodeTrace(found[i].Trace); err != nil {
			return nil, fmt.Errorf("trace of %s: %w", found[i].ExecutionARN, err)
		}
	}
	return all, nil
}

// ReadAnew implements discovery.ExecutionStore. The callbacks that are open in an execution stay counted
// until it is read.
func (s *Store) ReadAnew(ctx context.Context, owner string, w discovery.Watch, arns []string) error {
	return s.leased(ctx, owner, w, func(ctx context.Context, t *tx, num int64) error {
		for _, arn := range arns {
			text, args := t.insertion(&executionRow{Watch: num, Hash: hashOf(arn), ARN: arn, Trace: "{}"})
			if err := t.later(ctx, text+` on conflict (watch, hash) do update set trace = excluded.trace, read_at = 0, check_at = 0`, args...); err != nil {
				return fmt.Errorf("write execution: %w", err)
			}
		}
		return nil
	})
}
