package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Times and bounds of discovery.
const (
	scanInterval    = 30 * time.Second // between the beginnings of two scans of a function
	regionInterval  = 10 * time.Minute // between two looks for durable functions
	watchLease      = time.Minute      // longer than readTimeout and what is written after it
	scansAtOnce     = 16
	requestsInRound = 100 // then other watches that came due meanwhile have their turn
	readTimeout     = 15 * time.Second
)

// Discovery is the worker that finds callbacks in the histories of watched functions' executions: AWS has no list of
// callbacks. What nobody announced is recorded, what was announced gets its true clocks, and what ended elsewhere is closed. Any
// number may run on one store: each scan is claimed by lease, and all requests to a region share one budget.
type Discovery struct {
	store      Store
	executions Executions
	notify     Notifier
	log        *slog.Logger
	now        func() time.Time
	queues     Queues
	watches    []Watch
	rate       float64
	beat       func()
	owner      string

	wake       alarm
	configured bool // the store knows what is to be watched
	scans      []*scan
	data       bool // histories are read with payloads, because without them they leave out callback IDs
}

// DiscoveryConfig is what discovery works with. Every field but Beat and Watches is needed.
type DiscoveryConfig struct {
	Store      Store
	Executions Executions
	Notify     Notifier
	Log        *slog.Logger
	Now        func() time.Time
	Queues     Queues
	Watches    []Watch // each with a queue that exists; none switches discovery off
	Rate       float64 // requests a second to one region, over all replicas
	Beat       func()  // called when a heartbeat came due; must not block
}

// NewDiscovery makes the worker.
func NewDiscovery(c DiscoveryConfig) *Discovery {
	if c.Beat == nil {
		c.Beat = func() {}
	}
	return &Discovery{
		store: c.Store, executions: c.Executions, notify: c.Notify, log: c.Log, now: c.Now,
		queues: c.Queues, watches: c.Watches, rate: c.Rate, beat: c.Beat,
		owner: string(NewID()), wake: newAlarm(),
	}
}

// Run scans until ctx ends. A scan that is cut off goes on, here or elsewhere, when its lease has run out.
func (d *Discovery) Run(ctx context.Context) {
	loop(ctx, "discovery", d.log, d.now, d.wake, d.runOnce)
}

// runOnce claims the watches that are due and makes as many requests as the budget allows now. Scans that are not through go
// on in the next round.
func (d *Discovery) runOnce(ctx context.Context) (time.Time, error) {
	if err := d.configure(ctx); err != nil {
		return time.Time{}, err
	}
	if len(d.watches) == 0 {
		return time.Time{}, nil
	}
	if err := d.claim(ctx); err != nil {
		return time.Time{}, err
	}
	allowed, err := d.advanceAll(ctx)
	if err != nil {
		return time.Time{}, err
	}
	due, err := d.store.NextWatch(ctx)
	if err != nil || allowed.IsZero() || !due.IsZero() && due.Before(allowed) {
		return due, err
	}
	return allowed, nil
}

// configure tells the store once what the operator wants watched, so that what is not wanted any more goes.
func (d *Discovery) configure(ctx context.Context) error {
	if d.configured {
		return nil
	}
	if err := d.store.SetWatches(ctx, OriginConfig, d.watches); err != nil {
		return fmt.Errorf("set watches: %w", err)
	}
	if !slices.ContainsFunc(d.watches, func(w Watch) bool { return w.Function == EveryFunction }) {
		if err := d.store.SetWatches(ctx, OriginRegion, nil); err != nil {
			return fmt.Errorf("set watches: %w", err)
		}
	}
	d.configured = true
	return nil
}

func (d *Discovery) claim(ctx context.Context) error {
	free := scansAtOnce - len(d.scans)
	if free == 0 {
		return nil
	}
	now := d.now()
	claimed, err := d.store.ClaimWatches(ctx, now, d.lease(now), free)
	if err != nil {
		return fmt.Errorf("claim watches: %w", err)
	}
	for _, w := range claimed {
		// A watch whose lease ran out under us begins anew.
		d.scans = slices.DeleteFunc(d.scans, func(s *scan) bool { return s.Watch == w.Watch })
		w.Problem = ""
		d.scans = append(d.scans, &scan{WatchState: w, leased: now.Add(watchLease)})
	}
	return nil
}

func (d *Discovery) lease(now time.Time) Lease {
	return Lease{Owner: d.owner, Until: now.Add(watchLease)}
}

// advanceAll gives the scans a request each, in turn, until none can go on. It returns when the budget allows the next
// request, zero when no scan waits for it.
func (d *Discovery) advanceAll(ctx context.Context) (allowed time.Time, err error) {
	for requests := 0; len(d.scans) > 0 && requests < requestsInRound; {
		allowed = time.Time{}
		before := requests
		for _, s := range slices.Clone(d.scans) {
			at, moved, err := d.advance(ctx, s)
			if err != nil {
				d.drop(s)
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

// advance makes the scan's next request if there is one and the budget allows it; else it returns when that will be.
func (d *Discovery) advance(ctx context.Context, s *scan) (allowed time.Time, moved bool, err error) {
	through, err := d.prepare(ctx, s)
	if err == nil && !through {
		allowed, moved, err = d.spend(ctx, s.Region)
	}
	if moved {
		err = d.step(ctx, s)
	}
	if through && err == nil {
		err = d.finish(ctx, s, "")
	}
	if errors.Is(err, ErrLeaseLost) {
		d.log.WarnContext(ctx, "a scan was taken over", "function", s.Function)
		d.drop(s)
		return time.Time{}, moved, nil
	}
	return allowed, moved, err
}

// spend takes one request from a region's budget.
func (d *Discovery) spend(ctx context.Context, region string) (allowed time.Time, ok bool, err error) {
	err = d.store.ChangeBudget(ctx, region, func(b *ReadBudget) { allowed, ok = b.take(d.now(), d.rate) })
	if err != nil {
		return time.Time{}, false, fmt.Errorf("budget of %q: %w", region, err)
	}
	return allowed, ok, nil
}

// finish ends a scan that went through, or that met a problem which the next one may not meet.
func (d *Discovery) finish(ctx context.Context, s *scan, problem Answer) error {
	now := d.now()
	s.Problem = firstOf(problem, s.Problem)
	if problem == "" {
		s.ScannedAt = now
	}
	s.DueAt = latest(now, s.ScanFrom.Add(s.Interval()))
	if problem != "" {
		s.DueAt = now.Add(scanInterval)
	}
	d.drop(s)
	return d.store.FinishWatch(ctx, d.owner, s.WatchState)
}

func (d *Discovery) drop(s *scan) {
	d.scans = slices.DeleteFunc(d.scans, func(other *scan) bool { return other == s })
}
