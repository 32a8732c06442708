package discovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/replies"
	"countersign/internal/worker"
)

// search scans the watches of one lane.
type search struct {
	store       Store
	watchStore  WatchStore
	runs        ExecutionStore
	executions  Executions
	histories   history.Source
	invalidator callbacks.Invalidator
	log         *slog.Logger
	now         func() time.Time
	queues      callbacks.Queues
	watches     []Watch
	exceptions  []Exception
	templates   []Templates
	forms       form.Compiler
	decodes     func(*callbacks.Callback) bool
	allowances  *readquota.Allowances
	beat        func()
	lane        arn.Lane
	lanes       arn.Lanes
	owner       string

	scans    []*scan
	arrivals map[Watch]arrivals
	// read histories with payloads, because without them this endpoint leaves out callback IDs
	data bool
}

func newSearch(c Config, lane arn.Lane) *search {
	return &search{
		store: c.Store, watchStore: c.WatchStore, runs: c.ExecutionStore, executions: c.Executions, histories: c.Histories, invalidator: c.Invalidator, log: c.Log, now: c.Now,
		queues: c.Queues, watches: c.Watches, exceptions: c.Exceptions, templates: c.Templates, forms: c.Forms, decodes: c.Decodes, allowances: c.Allowances, beat: c.Beat, lane: lane, lanes: c.Lanes, owner: string(callbacks.NewID()),
		arrivals: map[Watch]arrivals{},
	}
}

// runOnce claims the watches that are due and makes as many requests as the read quota allows now.
// Unfinished scans continue in the next round.
func (d *search) runOnce(ctx context.Context) (time.Time, error) {
	if err := d.claim(ctx); err != nil {
		return time.Time{}, err
	}
	allowed, err := d.advanceAll(ctx)
	if err != nil {
		return time.Time{}, err
	}
	due, err := d.watchStore.NextWatch(ctx, d.lane)
	if err != nil || allowed.IsZero() || !due.IsZero() && due.Before(allowed) {
		return due, err
	}
	return allowed, nil
}

func (d *search) claim(ctx context.Context) error {
	free := scansAtOnce - len(d.scans)
	if free == 0 {
		return nil
	}
	now := d.now()
	claimed, err := d.watchStore.ClaimWatches(ctx, d.lane, now, d.lease(now), free)
	if err != nil {
		return fmt.Errorf("claim watches: %w", err)
	}
	for _, w := range claimed {
		// A watch whose lease ran out while we held it begins anew.
		d.scans = slices.DeleteFunc(d.scans, func(s *scan) bool { return s.Watch == w.Watch })
		w.Problem = ""
		d.scans = append(d.scans, &scan{WatchState: w, leased: now.Add(watchLease)})
	}
	return nil
}

func (d *search) lease(now time.Time) callbacks.Lease {
	return callbacks.Lease{Owner: d.owner, Until: now.Add(watchLease)}
}

// advanceAll gives each scan one request in turn until none can continue. It returns when the read
// quota allows the next request; zero if no scan waits for it.
func (d *search) advanceAll(ctx context.Context) (allowed time.Time, err error) {
	for requests := 0; len(d.scans) > 0 && requests < requestsInRound; {
		allowed = time.Time{}
		before := requests
		for _, s := range slices.Clone(d.scans) {
			at, moved, err := d.advance(ctx, s)
			if err != nil {
				if !errors.Is(ctx.Err(), context.Canceled) { // else release gives it back
					d.drop(s)
				}
				return time.Time{}, fmt.Errorf("scan %s: %w", s.Function, err)
			}
			if moved {
				requests++
			} else if !at.IsZero() && (allowed.IsZero() || at.Before(allowed)) {
				allowed = at
			}
		}
		if requests == before || ctx.Err() != nil {
			return allowed, nil
		}
	}
	if len(d.scans) > 0 {
		return d.now(), nil
	}
	return time.Time{}, nil
}

// advance makes the scan's next request if there is one and the read quota allows it. Otherwise it
// returns when the quota will.
func (d *search) advance(ctx context.Context, s *scan) (allowed time.Time, moved bool, err error) {
	through, err := d.prepare(ctx, s)
	if err == nil && !through {
		allowed, moved, err = d.allowances.Take(ctx, d.lane, readquota.WhenIdle)
	}
	if moved {
		err = d.step(ctx, s)
	}
	if through && err == nil {
		err = d.finish(ctx, s, "")
	}
	if errors.Is(err, callbacks.ErrLeaseLost) {
		d.log.WarnContext(ctx, "another worker took over the scan of a function; it records the result", "function", s.Function)
		d.drop(s)
		return time.Time{}, moved, nil
	}
	return allowed, moved, err
}

// finish ends a scan that is complete, or that met a problem which the next scan may not meet.
func (d *search) finish(ctx context.Context, s *scan, problem replies.Reply) error {
	now := d.now()
	s.Problem = cmp.Or(problem, s.Problem)
	if problem == "" {
		s.ScannedAt = now
	}
	if s.lookedBack && problem == "" {
		d.arrivals[s.Watch] = s.arrivals
	}
	s.Unannounced, s.LeftOut = s.refused, s.leftOut
	s.DueAt = callbacks.Latest(now, s.ScanFrom.Add(s.Interval()))
	if !s.again.IsZero() {
		s.DueAt = callbacks.Earliest(s.DueAt, s.again)
	}
	if problem != "" {
		s.DueAt = now.Add(scanInterval)
	}
	d.drop(s)
	return d.watchStore.FinishWatch(ctx, d.owner, s.WatchState)
}

// release gives back the watches whose scans a stop interrupted, so that they need not wait until
// their leases have run out.
func (d *search) release(ctx context.Context) {
	ctx, cancel := worker.Outlive(ctx, worker.StopWrites, worker.StopWrites)
	defer cancel()
	for _, s := range d.scans {
		err := d.watchStore.RenewWatch(ctx, s.Watch, callbacks.Lease{Owner: d.owner, Until: d.now()})
		if err != nil && !errors.Is(err, callbacks.ErrLeaseLost) {
			d.log.WarnContext(ctx, "the scan of a function is continued a minute later", "function", s.Function, "error", err)
		}
	}
	d.scans = nil
}

func (d *search) drop(s *scan) {
	d.scans = slices.DeleteFunc(d.scans, func(other *scan) bool { return other == s })
}
