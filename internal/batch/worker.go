package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/worker"
)

const (
	claimLease  = 30 * time.Second // renewed with each item; longer than the signing of one takes
	atOnce      = 8                // batches of one process
	signTimeout = 20 * time.Second
	keep        = 30 * 24 * time.Hour
	forgetLimit = 100
	sweepEvery  = time.Hour
)

// Signer signs for a person, as [desk.Service.Sign] does.
type Signer interface {
	Sign(ctx context.Context, p callbacks.Person, id callbacks.ID, choice callbacks.Choice, seen string) (callbacks.Callback, error)
}

// Worker signs the items of batches that have begun. Any number of workers may run on one store.
type Worker struct {
	WorkerConfig
	owner   string
	wake    worker.Alarm
	slots   chan struct{}
	running sync.WaitGroup
	swept   time.Time
}

// WorkerConfig is what a worker works with. Every field is required.
type WorkerConfig struct {
	Store  Store
	Signer func() Signer // that of the configuration in force
	// Roles are those that the configuration in force gives a person by their groups.
	Roles func(callbacks.Person) callbacks.Roles
	// Get reads a callback, whoever may see it.
	Get func(ctx context.Context, id callbacks.ID) (callbacks.Callback, error)
	// Decided is called with each callback that an item decided.
	Decided     func(callbacks.Callback)
	Invalidator callbacks.Invalidator
	Log         *slog.Logger
	Now         func() time.Time
}

// NewWorker makes the worker.
func NewWorker(c WorkerConfig) *Worker {
	return &Worker{
		WorkerConfig: c, owner: string(callbacks.NewID()), wake: worker.NewAlarm(), slots: make(chan struct{}, atOnce),
	}
}

// Wake says that a batch has begun. It never blocks.
func (w *Worker) Wake() { w.wake.Ring() }

// Run runs rounds until ctx ends. Another worker goes on with what is under way then.
func (w *Worker) Run(ctx context.Context) {
	worker.Loop{Name: "batches", Log: w.Log, Now: w.Now, Wake: w.wake, Round: func(round context.Context) (time.Time, error) {
		return w.runOnce(round, ctx)
	}}.Run(ctx)
	w.running.Wait()
}

// RunOnce runs one round and waits for its batches.
func (w *Worker) RunOnce(ctx context.Context) error {
	_, err := w.runOnce(ctx, ctx)
	w.running.Wait()
	return err
}

// runOnce begins all batches that it can claim. It does not wait for them: one that is slow keeps no
// other waiting.
func (w *Worker) runOnce(ctx, batches context.Context) (time.Time, error) {
	free := cap(w.slots) - len(w.slots)
	if free == 0 {
		return time.Time{}, nil // the end of one wakes the loop
	}
	claimed, err := w.Store.ClaimBatches(ctx, w.Now(), w.lease(), free)
	if err != nil {
		return time.Time{}, fmt.Errorf("claim batches: %w", err)
	}
	for i := range claimed {
		w.slots <- struct{}{}
		w.running.Go(func() {
			defer func() { <-w.slots; w.Wake() }()
			if err := w.decide(batches, &claimed[i]); err != nil && batches.Err() == nil {
				w.Log.ErrorContext(batches, "a batch stopped; it goes on when its lease ends", "batch", claimed[i].ID, "error", err)
			}
		})
	}
	if err := w.sweep(ctx); err != nil {
		return time.Time{}, err
	}
	return w.Store.NextBatch(ctx)
}

func (w *Worker) lease() callbacks.Lease {
	return callbacks.Lease{Owner: w.owner, Until: w.Now().Add(claimLease)}
}

// decide signs the items that wait, one after the other.
func (w *Worker) decide(ctx context.Context, b *Batch) error {
	stop := b.StopAt
	for i := range b.Items {
		item := &b.Items[i]
		if item.Result != Waiting {
			continue
		}
		rest := Waiting
		switch {
		case !stop.IsZero():
			rest = Stopped
		case w.Now().Sub(b.BegunAt) > MaxRun:
			rest = Late
		}
		if rest != Waiting {
			return w.end(ctx, b, i, rest)
		}
		if err := w.sign(ctx, b, item); err != nil {
			return err
		}
		var err error
		if stop, err = w.Store.FinishItem(ctx, b.ID, i, *item, w.lease()); err != nil {
			return err
		}
		w.tell(ctx, item.Callback)
	}
	return w.end(ctx, b, len(b.Items), Stopped)
}

// end gives the items from one on their result. The first of them may have been signed by a worker
// that could not write it down.
func (w *Worker) end(ctx context.Context, b *Batch, from int, rest Result) error {
	if from < len(b.Items) {
		item := &b.Items[from]
		c, err := w.Get(ctx, item.Callback)
		if err != nil && !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		if c.Decision != nil && c.Decision.Batch == b.ID {
			item.Result, item.At = Signed, c.Decision.At
			if _, err := w.Store.FinishItem(ctx, b.ID, from, *item, w.lease()); err != nil {
				return err
			}
		}
	}
	if err := w.Store.EndBatch(ctx, b.ID, rest, w.Now(), w.lease()); err != nil {
		return err
	}
	w.tell(ctx, b.Items[len(b.Items)-1].Callback)
	return nil
}

// tell has open pages look again: that of the batch shows its callbacks.
func (w *Worker) tell(ctx context.Context, id callbacks.ID) {
	if c, err := w.Get(ctx, id); err == nil {
		w.Invalidator.Changed(c.Invalidation())
	}
}

// sign signs one item and fills in its result. It returns an error if nobody knows yet whether the
// signature is on record.
func (w *Worker) sign(ctx context.Context, b *Batch, item *Item) error {
	ctx, cancel := worker.Outlive(ctx, worker.StopCalls, signTimeout)
	defer cancel()
	by := b.By
	by.Roles = w.Roles(by)
	choice := callbacks.Choice{Outcome: item.Outcome, Comment: b.Comment, PreparedAt: item.PreparedAt, Sends: true, Batch: b.ID}
	c, err := w.Signer().Sign(ctx, by, item.Callback, choice, item.Seen)
	if errors.Is(err, callbacks.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	item.At = w.Now()
	item.fill(err)
	if err == nil && c.Decision != nil {
		w.Decided(c)
	}
	if item.Result == Refused && item.Code == "" && item.Why == "" {
		w.Log.ErrorContext(ctx, "an item of a batch could not be signed", "batch", b.ID, "callback", item.Callback, "error", err)
	}
	return nil
}

// fill says what became of an item by the error of its signature.
func (i *Item) fill(err error) {
	refusal, refused := errors.AsType[*callbacks.Refusal](err)
	faults, faulty := errors.AsType[fault.List](err)
	failed, unencoded := errors.AsType[*desk.CodecError](err)
	switch {
	case err == nil, errors.Is(err, desk.ErrSignedAlready):
		i.Result = Signed
	case errors.Is(err, callbacks.ErrConflict):
		i.Result = Overtaken
	case errors.Is(err, callbacks.ErrStale):
		i.Result = Changed
	case refused:
		i.Result, i.Code, i.Why = Refused, refusal.Code, refusal.Reason
	case faulty:
		i.Result, i.Why = Refused, faults[0].Detail
	case unencoded:
		i.Result, i.Why = Refused, failed.Words
	case errors.Is(err, callbacks.ErrOldGroups):
		i.Result, i.Why = Refused, oldGroups
	case errors.Is(err, callbacks.ErrNotFound):
		i.Result, i.Why = Refused, notSeen
	default:
		i.Result = Refused
	}
}

// sweep deletes old batches, now and then.
func (w *Worker) sweep(ctx context.Context) error {
	now := w.Now()
	if now.Sub(w.swept) < sweepEvery {
		return nil
	}
	w.swept = now
	return w.Store.ForgetBatches(ctx, now.Add(-keep), forgetLimit)
}

// Why an item is refused.
const (
	notSeen   = "You may not see it any more."
	oldGroups = "Your groups were read too long ago. Sign in again."
)
