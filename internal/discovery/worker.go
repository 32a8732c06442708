package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// Times and bounds of discovery.
const (
	scanInterval    = 30 * time.Second // between the beginnings of two scans of a function
	regionInterval  = 10 * time.Minute // between two looks for durable functions
	watchLease      = time.Minute      // longer than readTimeout and what is written after it
	scansAtOnce     = 16
	requestsInRound = 100 // then other watches that came due meanwhile have their turn
	readTimeout     = 15 * time.Second
	announcedWithin = 15 * time.Second // after its start, as a rule in a second
)

// Worker finds callbacks in the histories of watched functions' executions: AWS has no list of
// callbacks. What nobody announced is recorded, what was announced gets its true clocks, and what
// ended elsewhere is closed. Any number may run on one store: each scan is claimed by lease, and
// all requests in a lane share one quota. Each lane is searched for itself, so that one that hangs
// holds up no other.
type Worker struct {
	store      Store
	log        *slog.Logger
	now        func() time.Time
	watches    []Watch
	allowances *readquota.Allowances
	searches   []*search // one for each lane

	mu         sync.Mutex
	configured bool // the store knows what is to be watched
}

// Config is what discovery works with. Every field but Beat, Watches and Exceptions is needed;
// Lanes may be zero.
type Config struct {
	Store      Store
	Executions Executions
	Notify     callbacks.Notifier
	Log        *slog.Logger
	Now        func() time.Time
	Queues     callbacks.Queues
	Watches    []Watch // each with a queue that exists; none switches discovery off
	Exceptions []Exception
	Lanes      callbacks.Lanes
	Allowances *readquota.Allowances
	Beat       func() // called when a heartbeat came due; must not block
}

// NewWorker makes the worker.
func NewWorker(c Config) *Worker {
	if c.Beat == nil {
		c.Beat = func() {}
	}
	d := &Worker{store: c.Store, log: c.Log, now: c.Now, watches: c.Watches, allowances: c.Allowances}
	lanes := map[callbacks.Lane]bool{}
	for _, w := range c.Watches {
		if !lanes[w.Lane()] {
			lanes[w.Lane()] = true
			d.searches = append(d.searches, newSearch(c, w.Lane()))
		}
	}
	return d
}

// Run scans until ctx ends. A scan that is cut off goes on, here or elsewhere, when its lease has
// run out.
func (d *Worker) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, s := range d.searches {
		all.Go(func() {
			d.loop(ctx, func(ctx context.Context) (time.Time, error) { return d.runOnce(ctx, s) })
		})
	}
	if len(d.searches) == 0 {
		d.loop(ctx, func(ctx context.Context) (time.Time, error) { return time.Time{}, d.configure(ctx) })
	}
	all.Wait()
}

// RunOnce runs one round in each lane and returns when the next is due.
func (d *Worker) RunOnce(ctx context.Context) (next time.Time, err error) {
	if err := d.configure(ctx); err != nil {
		return time.Time{}, err
	}
	for _, s := range d.searches {
		at, err := d.runOnce(ctx, s)
		if err != nil {
			return time.Time{}, err
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, nil
}

func (d *Worker) loop(ctx context.Context, round func(context.Context) (time.Time, error)) {
	worker.Loop{Name: "discovery", Log: d.log, Now: d.now, Round: round}.Run(ctx)
}

func (d *Worker) runOnce(ctx context.Context, s *search) (time.Time, error) {
	if err := d.configure(ctx); err != nil {
		return time.Time{}, err
	}
	return s.runOnce(ctx)
}

// configure tells the store once what the operator wants watched, so that what is not wanted any
// more goes.
func (d *Worker) configure(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.configured {
		return nil
	}
	if err := d.store.SetWatches(ctx, d.watches); err != nil {
		return fmt.Errorf("set watches: %w", err)
	}
	d.configured = true
	return nil
}
