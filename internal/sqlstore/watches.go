package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/replies"
	"countersign/internal/sqlstore/engine"
)

// watchRow is a row of watches.
type watchRow struct {
	bun.BaseModel `bun:"table:watches"`

	Num         int64 `bun:",pk,autoincrement"`
	Function    string
	Account     string
	Region      string
	Queue       string
	Origin      string
	DueAt       int64
	LeaseOwner  string
	ClaimableAt int64
	ScanFrom    int64
	ScannedAt   int64
	Problem     string
	Running     int64
	Open        int64
	Unannounced int64
	LeftOut     int64
}

func (r *watchRow) watch() discovery.Watch {
	return discovery.Watch{Function: r.Function, Account: r.Account, Region: r.Region, Queue: r.Queue}
}

func (r *watchRow) watched() discovery.WatchedFunction {
	return discovery.WatchedFunction{Watch: r.watch(), Origin: discovery.Origin(r.Origin)}
}

func (r *watchRow) state() discovery.WatchState {
	s := discovery.WatchState{
		Watch:     r.watch(),
		DueAt:     fromMillis(r.DueAt),
		ScannedAt: fromMillis(r.ScannedAt),
		Problem:   replies.Reply(r.Problem),
		Running:   int(r.Running), Open: int(r.Open), Unannounced: int(r.Unannounced), LeftOut: int(r.LeftOut),
	}
	if r.LeaseOwner != "" {
		s.ScanFrom = fromMillis(r.ScanFrom)
	}
	return s
}

func statesOfWatches(rows []watchRow) []discovery.WatchState {
	states := make([]discovery.WatchState, len(rows))
	for i := range rows {
		states[i] = rows[i].state()
	}
	return states
}

// ChangeWatches implements discovery.WatchStore. Another process may change the watches at the same
// time, so it writes only over what it read.
func (s *Store) ChangeWatches(
	ctx context.Context, change func(discovery.Watchlist) discovery.Watchlist,
) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		// the watches are locked before their executions, as whoever holds a lease of one does
		there, err := rows[watchRow](ctx, t, `select * from watches order by num`+t.dialect.ForUpdate)
		if err != nil {
			return fmt.Errorf("read watches: %w", err)
		}
		list := make(discovery.Watchlist, len(there))
		for i := range there {
			list[i] = there[i].watched()
		}
		wanted := map[discovery.Watch]discovery.WatchedFunction{}
		for _, w := range change(list) {
			wanted[key(w.Watch)] = w
		}
		for i := range there {
			at := key(there[i].watch())
			w, stays := wanted[at]
			delete(wanted, at)
			if err := t.changeWatch(ctx, &there[i], w, stays); err != nil {
				return err
			}
		}
		for _, w := range wanted {
			if err := t.addWatch(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// key identifies a watch. It leaves out where callbacks go, which may change.
func key(w discovery.Watch) discovery.Watch {
	return discovery.Watch{
		Function: storable(w.Function), Account: storable(w.Account), Region: storable(w.Region),
	}
}

// changeWatch sets where a watch belongs, or removes it with its executions.
func (t *tx) changeWatch(
	ctx context.Context, was *watchRow, w discovery.WatchedFunction, stays bool,
) error {
	if stays && was.watched() == w {
		return nil
	}
	text, args := `delete from watches`, []any{}
	if stays {
		text, args = `update watches set queue = ?, origin = ?`, append(args, storable(w.Queue), string(w.Origin))
	} else if _, err := t.exec(ctx, `delete from executions where watch = ?`, was.Num); err != nil {
		return fmt.Errorf("remove executions of a watch: %w", err)
	}
	text += ` where num = ? and queue = ? and origin = ?`
	return written(t.exec(ctx, text, append(args, was.Num, was.Queue, was.Origin)...))
}

// addWatch adds a watch, due at once.
func (t *tx) addWatch(ctx context.Context, w discovery.WatchedFunction) error {
	text, args := t.insertion(&watchRow{
		Function: w.Function, Account: w.Account, Region: w.Region, Queue: w.Queue, Origin: string(w.Origin),
	})
	return written(t.exec(ctx, text+` on conflict (function, account, region) do nothing`, args...))
}

// written asks for the transaction again if another one was faster with a watch.
func written(watches int64, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("write watch: %w", err)
	case watches == 0:
		return engine.ErrAgain
	}
	return nil
}

// Watches implements discovery.WatchStore.
func (s *Store) Watches(ctx context.Context) ([]discovery.WatchState, error) {
	var all []watchRow
	if err := s.db.NewSelect().Model(&all).OrderExpr("function, account, region").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read watches: %w", s.unavailable(err))
	}
	return statesOfWatches(all), nil
}

// ClaimWatches implements discovery.WatchStore.
func (s *Store) ClaimWatches(ctx context.Context, lane arn.Lane, now time.Time, lease callbacks.Lease, limit int) ([]discovery.WatchState, error) {
	var claimed []watchRow
	err := s.transact(ctx, func(ctx context.Context, t *tx) (err error) {
		claimed, err = rows[watchRow](ctx, t, `update watches set lease_owner = ?, claimable_at = ?, scan_from = ?
			where num in (select num from watches where account = ? and region = ? and claimable_at <= ? order by claimable_at limit ?`+t.dialect.SkipLocked+`)
			returning *`, storable(lease.Owner), millis(lease.Until), millis(now), storable(lane.Account), storable(lane.Region), millis(now), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim watches: %w", err)
	}
	return statesOfWatches(claimed), nil
}

// RenewWatch implements discovery.WatchStore.
func (s *Store) RenewWatch(ctx context.Context, w discovery.Watch, lease callbacks.Lease) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `update watches set claimable_at = ? where function = ? and account = ? and region = ? and lease_owner = ?`,
			millis(lease.Until), storable(w.Function), storable(w.Account), storable(w.Region), storable(lease.Owner))
		if err == nil && n == 0 {
			return callbacks.ErrLeaseLost
		}
		return err
	})
}

// FinishWatch implements discovery.WatchStore.
func (s *Store) FinishWatch(ctx context.Context, owner string, w discovery.WatchState) error {
	return s.leased(ctx, owner, w.Watch, func(ctx context.Context, t *tx, num int64) error {
		_, err := t.exec(ctx, `update watches set lease_owner = '', due_at = ?, claimable_at = ?, scanned_at = ?, problem = ?, left_out = ?,
				running = (select count(*) from executions where watch = watches.num),
				open = (select coalesce(sum(open), 0) from executions where watch = watches.num and open > 0),
				unannounced = ? + (select count(*) from executions join callbacks on execution_hash = hash
					where watch = watches.num and open > 0 and state = 'pending' and source = 'discovery')
			where num = ?`, millis(w.DueAt), millis(w.DueAt), millis(w.ScannedAt), string(w.Problem), int64(w.LeftOut), int64(w.Unannounced), num)
		return err
	})
}

// leased runs fn if the owner holds the lease of a watch, and locks the watch until fn returns.
func (s *Store) leased(ctx context.Context, owner string, w discovery.Watch, fn func(ctx context.Context, t *tx, num int64) error) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		nums, err := rows[int64](ctx, t, `select num from watches where function = ? and account = ? and region = ? and lease_owner = ? and lease_owner <> ''`+
			t.dialect.ForUpdate, storable(w.Function), storable(w.Account), storable(w.Region), storable(owner))
		if err != nil {
			return fmt.Errorf("read watch: %w", err)
		}
		if len(nums) == 0 {
			return callbacks.ErrLeaseLost
		}
		return fn(ctx, t, nums[0])
	})
}

// NextWatch implements discovery.WatchStore.
func (s *Store) NextWatch(ctx context.Context, lane arn.Lane) (time.Time, error) {
	return s.next(ctx, `select claimable_at from watches where account = ? and region = ? order by claimable_at limit 1`,
		storable(lane.Account), storable(lane.Region))
}
