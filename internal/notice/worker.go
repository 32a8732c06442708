package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/people"
	"countersign/internal/worker"
)

// Times and bounds of the worker.
const (
	changesAtOnce = 25
	// planLease is how long a claim to plan holds. It is short, because another plan of the same state
	// changes nothing, and what a process that died had claimed is told late otherwise.
	planLease      = 5 * time.Second
	messagesAtOnce = 8 // of one channel, under way
	claimLease     = time.Minute
	callTimeout    = 20 * time.Second
	finishTimeout  = 10 * time.Second
	// Kept is how long messages are kept.
	Kept        = 30 * 24 * time.Hour
	forgetEvery = 10 * time.Minute
	forgetBatch = 1000
	// unseen is how long what people chose is kept after they last used the desk: longer than they are
	// told anything, so that a long leave costs nobody their settings.
	unseen       = 180 * 24 * time.Hour
	forgetPeople = 100
)

// Desk is what the worker reads of callbacks and people.
type Desk interface {
	// Get, Content, Signatures and Delivery are those of desk.Store.
	Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error)
	Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error)
	Signatures(ctx context.Context, id callbacks.ID) ([]callbacks.Signature, error)
	Delivery(ctx context.Context, id callbacks.ID) (callbacks.Delivery, error)
	// PeopleSeen is that of policy.Store.
	PeopleSeen(ctx context.Context, since time.Time, limit int) ([]people.Profile, error)
	// DelegationsSince returns the delegations that were in force at any time from one time until
	// now, those first that end last, at most limit. One that is over may still exclude its delegate.
	DelegationsSince(ctx context.Context, from, now time.Time, limit int) ([]delegation.Held, error)
}

// Assignments says whose work a callback is; it is a part of [assignment.Store].
type Assignments interface {
	Assignment(ctx context.Context, id callbacks.ID) (assignment.Assignment, error)
}

// Setup is what one version of the configuration says. It is never changed.
type Setup struct {
	Queues   callbacks.Queues
	Rules    Rules
	Channels map[string]Channel
	// Person is the person of a stored profile, with the roles of this version.
	Person func(people.Profile) callbacks.Person
	House  House
}

// Config is what the worker works with. Every field but Jitter is required.
type Config struct {
	Store       Store
	Preferences Preferences
	Desk        Desk
	Assignments Assignments
	// Setup returns what is in force; nil while no channel is configured.
	Setup func() *Setup
	// Attempted is called with each attempt: its channel, and its fault or none.
	Attempted func(channel string, f *Fault)
	// Everybody says that people who were never seen do not exist. It is off in the demo, whose
	// people sign in one after the other.
	Everybody bool
	Log       *slog.Logger
	Now       func() time.Time
	Jitter    func() float64 // of pauses, in [0,1); nil means random
}

// Worker plans who is told what, and sends it. Any number of workers may run on one store.
type Worker struct {
	Config
	owner string
	wake  worker.Alarm
	slots *worker.Bulkhead[string]
	calls sync.WaitGroup

	mu       sync.Mutex
	gathered *gathered
	recent   map[callbacks.ID]*considered
	rests    map[string]time.Time // channels that asked to be left alone, in this process
	forgotAt time.Time

	reached reached // of the loop alone
}

// NewWorker makes the worker.
func NewWorker(c Config) *Worker {
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	return &Worker{
		Config: c, owner: string(callbacks.NewID()), wake: worker.NewAlarm(),
		slots: worker.NewBulkhead[string](messagesAtOnce), rests: make(map[string]time.Time), recent: make(map[callbacks.ID]*considered),
	}
}

// Changed implements [callbacks.Invalidator]: something may have to be told. It never blocks.
func (w *Worker) Changed(callbacks.Invalidation) {
	if w.Setup() != nil {
		w.wake.Ring()
	}
}

// Forget drops what the worker knows of people and pauses, so that what they changed counts at once.
func (w *Worker) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gathered = nil
}

// Run plans and sends until ctx ends. Calls under way then have a few seconds to finish.
func (w *Worker) Run(ctx context.Context) {
	worker.Loop{Name: "notices", Log: w.Log, Now: w.Now, Wake: w.wake, Round: func(round context.Context) (time.Time, error) {
		return w.runOnce(round, ctx)
	}}.Run(ctx)
	w.calls.Wait()
}

// RunOnce runs one round and waits for its calls.
func (w *Worker) RunOnce(ctx context.Context) error {
	_, err := w.runOnce(ctx, ctx)
	w.calls.Wait()
	return err
}

// runOnce plans what changed, then starts the calls of messages that are due. It does not wait for
// them, because one slow channel must not delay the rest.
func (w *Worker) runOnce(ctx, calls context.Context) (time.Time, error) {
	setup, now := w.Setup(), w.Now()
	if setup == nil { // nobody is told, but what is old goes all the same
		return time.Time{}, errors.Join(w.unreached(ctx), w.forget(ctx, now))
	}
	circle, err := w.circle(ctx, setup)
	if err != nil {
		return time.Time{}, err
	}
	more, err := w.planChanges(ctx, circle, now)
	if err != nil {
		return time.Time{}, err
	}
	full, free := w.slots.Free()
	skip := slices.Concat(full, w.resting(circle, now))
	claimed, err := w.Store.ClaimMessages(ctx, now, callbacks.Lease{Owner: w.owner, Until: now.Add(claimLease)}, free, skip)
	if err != nil {
		return time.Time{}, err
	}
	for _, work := range claimed {
		w.slots.Take(work.Channel)
		w.calls.Go(func() { w.deliver(calls, setup, circle, work) })
	}
	if more || len(claimed) == free {
		return now, nil
	}
	if err := w.forget(ctx, now); err != nil {
		return time.Time{}, err
	}
	replans, err := w.replan(ctx, circle, now)
	if err != nil {
		return time.Time{}, err
	}
	next, err := w.next(ctx, now, skip)
	if next.IsZero() || !replans.IsZero() && replans.Before(next) {
		next = replans
	}
	return next, err
}

// next is when something is due. A channel that is full rings when it has room again; one that rests is
// looked at when it has rested, and one that is paused or not configured any more when the loop polls.
func (w *Worker) next(ctx context.Context, now time.Time, skip []string) (time.Time, error) {
	change, message, err := w.Store.Next(ctx, skip)
	if err != nil {
		return time.Time{}, err
	}
	return earliest(change, message, w.rested(now)), nil
}

// earliest is the first of several times; zero means none.
func earliest(times ...time.Time) (first time.Time) {
	for _, at := range times {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// forget deletes what is old, from time to time.
func (w *Worker) forget(ctx context.Context, now time.Time) error {
	w.mu.Lock()
	due := now.Sub(w.forgotAt).Abs() >= forgetEvery
	if due {
		w.forgotAt = now
	}
	w.mu.Unlock()
	if !due {
		return nil
	}
	if err := w.Store.Forget(ctx, now.Add(-Kept), forgetBatch); err != nil {
		return err
	}
	return w.Preferences.ForgetPeople(ctx, now.Add(-unseen), forgetPeople, callbacks.System("notices"), now)
}

// planChanges plans the callbacks that changed or are due. more says that there are others.
func (w *Worker) planChanges(ctx context.Context, circle *Circle, now time.Time) (more bool, err error) {
	changes, err := w.Store.ClaimChanges(ctx, now, now.Add(planLease), changesAtOnce)
	if err != nil {
		return false, err
	}
	for _, change := range changes {
		s, err := w.situation(ctx, change.Callback, now)
		if err == nil && s != nil {
			err = w.Store.Plan(ctx, change, circle.Plan(s), now)
		}
		switch {
		case errors.Is(err, callbacks.ErrUnavailable), err != nil && ctx.Err() != nil:
			return false, fmt.Errorf("plan who is told of %s: %w", change.Callback, err)
		case err != nil: // one that cannot be read keeps no other waiting; it is claimed again when its lease ends
			w.Log.ErrorContext(ctx, "who is told of a callback could not be planned; it is tried again", "callback", change.Callback, "error", err)
		}
	}
	return len(changes) == changesAtOnce, nil
}
