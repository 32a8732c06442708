package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/worker"
)

const (
	claimLease  = 30 * time.Second // renewed with each item
	atOnce      = 4                // batches of one process
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
	store  Store
	signer func() Signer
	log    *slog.Logger
	now    func() time.Time
	owner  string
	wake   worker.Alarm
	swept  time.Time
}

// WorkerConfig is what a worker works with. Every field is required.
type WorkerConfig struct {
	Store  Store
	Signer func() Signer // that of the configuration in force
	Log    *slog.Logger
	Now    func() time.Time
}

// NewWorker makes the worker.
func NewWorker(c WorkerConfig) *Worker {
	return &Worker{store: c.Store, signer: c.Signer, log: c.Log, now: c.Now, owner: string(callbacks.NewID()), wake: worker.NewAlarm()}
}

// Wake says that a batch has begun. It never blocks.
func (w *Worker) Wake() { w.wake.Ring() }

// Run runs rounds until ctx ends. Another worker goes on with what is under way then.
func (w *Worker) Run(ctx context.Context) {
	worker.Loop{Name: "batches", Log: w.log, Now: w.now, Wake: w.wake, Round: w.runOnce}.Run(ctx)
}

// RunOnce runs one round.
func (w *Worker) RunOnce(ctx context.Context) error {
	_, err := w.runOnce(ctx)
	return err
}

// runOnce signs the items of all batches that it can claim.
func (w *Worker) runOnce(ctx context.Context) (time.Time, error) {
	claimed, err := w.store.ClaimBatches(ctx, w.now(), w.lease(), atOnce)
	if err != nil {
		return time.Time{}, fmt.Errorf("claim batches: %w", err)
	}
	for i := range claimed {
		if err := w.decide(ctx, &claimed[i]); err != nil && !errors.Is(err, callbacks.ErrLeaseLost) {
			return time.Time{}, fmt.Errorf("batch %s: %w", claimed[i].ID, err)
		}
	}
	if len(claimed) == atOnce {
		return w.now(), nil
	}
	if err := w.sweep(ctx); err != nil {
		return time.Time{}, err
	}
	return w.store.NextBatch(ctx)
}

func (w *Worker) lease() callbacks.Lease {
	return callbacks.Lease{Owner: w.owner, Until: w.now().Add(claimLease)}
}

// decide signs the items that wait, one after the other.
func (w *Worker) decide(ctx context.Context, b *Batch) error {
	stop := b.StopAt
	for i := range b.Items {
		item := &b.Items[i]
		if item.Result != Waiting {
			continue
		}
		switch now := w.now(); {
		case !stop.IsZero():
			return w.store.EndBatch(ctx, b.ID, Stopped, now, w.lease())
		case now.Sub(b.BegunAt) > MaxRun:
			return w.store.EndBatch(ctx, b.ID, Late, now, w.lease())
		}
		if err := w.sign(ctx, b, item); err != nil {
			return err
		}
		var err error
		if stop, err = w.store.FinishItem(ctx, b.ID, i, *item, w.lease()); err != nil {
			return err
		}
	}
	return w.store.EndBatch(ctx, b.ID, Stopped, w.now(), w.lease()) // none waits
}

// sign signs one item and fills in its result. It returns an error if nobody knows yet whether the
// signature is on record.
func (w *Worker) sign(ctx context.Context, b *Batch, item *Item) error {
	choice := callbacks.Choice{Outcome: item.Outcome, Comment: b.Comment, PreparedAt: item.PreparedAt, Sends: true, Batch: b.ID}
	_, err := w.signer().Sign(ctx, b.By, item.Callback, choice, item.Seen)
	if errors.Is(err, callbacks.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	item.At = w.now()
	item.fill(err)
	if item.Result == Refused && item.Code == "" && item.Why == "" {
		w.log.ErrorContext(ctx, "an item of a batch could not be signed", "batch", b.ID, "callback", item.Callback, "error", err)
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
	now := w.now()
	if now.Sub(w.swept) < sweepEvery {
		return nil
	}
	w.swept = now
	return w.store.ForgetBatches(ctx, now.Add(-keep), forgetLimit)
}

// Why an item is refused.
const (
	notSeen   = "You may not see it any more."
	oldGroups = "Your groups were read too long ago. Sign in again."
)
