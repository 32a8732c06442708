package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// Times and bounds of discovery.
const (
	scanInterval    = 30 * time.Second // between the starts of two scans of a function
	regionInterval  = 10 * time.Minute // between two searches for durable functions
	watchLease      = time.Minute      // longer than readTimeout and what is written after it
	scansAtOnce     = 16
	requestsInRound = 100 // after that, other watches that came due have their turn
	readTimeout     = 15 * time.Second
	announcedWithin = 15 * time.Second // after the callback's start; usually within a second
)

// Worker finds callbacks in the histories of watched functions' executions, because AWS has no list
// of callbacks. It records callbacks that nobody announced, corrects the clocks of announced ones,
// and closes those that ended elsewhere. Any number of workers may run on one store: each scan is
// claimed by lease, and all requests in a lane share one read quota. Each lane is searched
// separately, so that a lane that hangs does not delay the others.
type Worker struct {
	store      WatchStore
	log        *slog.Logger
	now        func() time.Time
	watches    []Watch
	allowances *readquota.Allowances
	searches   []*search // one for each lane

	mu         sync.Mutex
	configured bool // the store knows which functions to watch
}

// Config is what discovery works with. Every field but Beat, Watches, Exceptions and Templates is
// required; Lanes may be zero.
type Config struct {
	Store          Store
	WatchStore     WatchStore
	ExecutionStore ExecutionStore
	Executions     Executions
	Histories      history.Source
	Invalidator    callbacks.Invalidator
	Log            *slog.Logger
	Now            func() time.Time
	Queues         callbacks.Queues
	Watches        []Watch // each with a queue that exists; discovery is off if there are none
	Exceptions     []Exception
	Templates      []Templates
	Forms          form.Compiler // reads the forms of templates; nil if they have none
	// Decodes reports whether inputs of a callback's function are decoded for people; nil for none.
	Decodes    func(*callbacks.Callback) bool
	Lanes      arn.Lanes
	Allowances *readquota.Allowances
	Beat       func() // called when a heartbeat comes due; must not block
}

// NewWorker makes the worker.
func NewWorker(c Config) *Worker {
	if c.Decodes == nil {
		c.Decodes = func(*callbacks.Callback) bool { return false }
	}
	if c.Beat == nil {
		c.Beat = func() {}
	}
	d := &Worker{store: c.WatchStore, log: c.Log, now: c.Now, watches: c.Watches, allowances: c.Allowances}
	lanes := map[arn.Lane]bool{}
	for _, w := range c.Watches {
		if !lanes[w.Lane()] {
			lanes[w.Lane()] = true
			d.searches = append(d.searches, newSearch(c, w.Lane()))
		}
	}
	return d
}

// Run scans until ctx ends. Another worker continues the scans that this interrupts.
func (d *Worker) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, s := range d.searches {
		all.Go(func() {
			d.loop(ctx, func(ctx context.Context) (time.Time, error) { return d.runOnce(ctx, s) })
			s.release(ctx)
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

// configure tells the store once what the operator wants watched, so that watches no longer wanted
// are deleted.
func (d *Worker) configure(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.configured {
		return nil
	}
	named := func(l Watchlist) Watchlist { return l.Named(d.watches) }
	if err := d.store.ChangeWatches(ctx, named); err != nil {
		return fmt.Errorf("set watches: %w", err)
	}
	d.configured = true
	return nil
}
