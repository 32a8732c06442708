package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/replies"
	"countersign/internal/secrets"
	"countersign/internal/worker"
)

// Times and bounds of delivery.
const (
	claimLease    = time.Minute      // longer than callTimeout and finishTimeout together
	callTimeout   = 20 * time.Second // of a call and the reading of the history after it
	finishTimeout = 10 * time.Second // of writing the result
	callsAtOnce   = 64               // in one lane
	// between two looks for work in other lanes while one is full
	otherLanes = 100 * time.Millisecond
)

// Worker gets decisions accepted by Lambda and finds out what became of them. Any number of workers
// may run on one store.
type Worker struct {
	store       Store
	lambda      callbacks.Lambda
	invalidator callbacks.Invalidator
	log         *slog.Logger
	now         func() time.Time
	owner       string
	jitter      func() float64
	secrets     *secrets.Keys

	wake  worker.Alarm
	slots *worker.Bulkhead[arn.Lane]
	// decisions that Lambda has not answered yet
	sending atomic.Int64
	// what wakes the loop must be due before this time, in Unix milliseconds
	looksAt atomic.Int64
	lookAt  time.Time // not before this time while a lane is full
	calls   sync.WaitGroup

	mu      sync.Mutex
	running context.Context // of Run; nil outside of it

	histories *history.Reader // reads how callbacks ended
	follows   *history.Reader // reads follow-ups
	pace      *readquota.Pace
}

// Config is what the worker works with. Every field but Secrets and Jitter is required.
type Config struct {
	Store       Store
	Lambda      callbacks.Lambda
	History     history.Config
	Invalidator callbacks.Invalidator
	Log         *slog.Logger
	Now         func() time.Time
	// Secrets opens what is sealed for the call, and compares it with the history; nil without keys.
	Secrets *secrets.Keys
	Jitter  func() float64 // of pauses, in [0,1); nil means random
}

// NewWorker makes the worker.
func NewWorker(c Config) *Worker {
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	return &Worker{
		store: c.Store, lambda: c.Secrets.Lambda(c.Lambda), secrets: c.Secrets, invalidator: c.Invalidator, log: c.Log, now: c.Now,
		owner: string(callbacks.NewID()), jitter: c.Jitter,
		wake: worker.NewAlarm(), slots: worker.NewBulkhead[arn.Lane](callsAtOnce),
		histories: history.NewReader(c.History, history.ReadsAtOnce), follows: history.NewReader(c.History, history.ReadsAtOnce), pace: readquota.NewPace(c.History.Allowances.Rate()),
	}
}

// Wake says that a delivery may be due now. It never blocks.
func (d *Worker) Wake() { d.wake.Ring() }

// wakeFor wakes the loop unless it looks again before something is due anyway. A wake-up for each
// receipt would claim them one by one.
func (d *Worker) wakeFor(due time.Time) {
	if due.UnixMilli() < d.looksAt.Load() {
		d.Wake()
	}
}

// Run delivers until ctx ends. Calls under way then have a few seconds to finish. A call that is
// cut off is recorded as an attempt without an answer, so that another replica continues at once.
func (d *Worker) Run(ctx context.Context) {
	d.open(ctx)
	worker.Loop{Name: "deliveries", Log: d.log, Now: d.now, Wake: d.wake, Round: func(round context.Context) (time.Time, error) {
		d.looksAt.Store(math.MaxInt64) // whatever is planned during the round wakes the next one
		next, err := d.runOnce(round, ctx)
		if err == nil && !next.IsZero() {
			d.looksAt.Store(next.UnixMilli())
		}
		return next, err
	}}.Run(ctx)
	d.close()
	d.calls.Wait()
}

// RunOnce runs one round and waits for its calls.
func (d *Worker) RunOnce(ctx context.Context) error {
	_, err := d.runOnce(ctx, ctx)
	d.calls.Wait()
	return err
}

// runOnce claims the deliveries that are due and starts their calls, in a context of their own. It
// does not wait for them, because one slow call must not delay the rest. It claims nothing for a
// lane that is full.
func (d *Worker) runOnce(ctx, calls context.Context) (time.Time, error) {
	now := d.now()
	full, free := d.slots.Free()
	if len(full) > 0 && now.Before(d.lookAt) {
		return d.lookAt, nil // or when a call ends, which wakes the loop
	}
	d.lookAt = now.Add(otherLanes)
	claimed, err := d.store.ClaimDeliveries(ctx, now, callbacks.Lease{Owner: d.owner, Until: now.Add(claimLease)}, free, full)
	if err != nil {
		return time.Time{}, fmt.Errorf("claim deliveries: %w", err)
	}
	for _, work := range claimed {
		// a slot was free, unless a decision was handed over in the meantime
		d.slots.Take(work.Delivery.Lane)
		d.calls.Go(func() { d.deliver(calls, work) })
	}
	switch full, _ = d.slots.Free(); {
	case len(full) > 0:
		return d.lookAt, nil
	case len(claimed) == free:
		return now, nil // there may be more, and calls that have ended in the meantime woke nobody
	}
	return d.store.NextDelivery(ctx)
}

// deliver makes one attempt and records the result, even if ctx ends in the meantime: an attempt
// whose answer is not recorded makes the delivery doubtful.
func (d *Worker) deliver(ctx context.Context, work Work) {
	defer func() {
		if d.slots.Release(work.Delivery.Lane) {
			d.Wake()
		}
	}()
	switch c := &work.Callback; {
	case c.State == callbacks.Completed && c.Ending.Event > 0:
		d.follow(ctx, work)
		return
	case c.State == callbacks.Completed:
		d.prove(ctx, work)
		return
	}
	d.sending.Add(1)
	pause := d.pauseBeforeReceipt()
	attempt, found := d.attempt(ctx, work)
	d.sending.Add(-1)
	var look time.Time // when the history is read next, if that is the next step
	if attempt.Reply == replies.Accepted || found.History == callbacks.HistoryRead || found.History == callbacks.HistoryPutOff {
		look = d.plan(&work.Callback, readquota.Urgent, max(found.Again, pause))
	}
	d.finish(ctx, work, attempt, func(c *callbacks.Case) error {
		c.Delivery.Ended(attempt)
		return c.Record(d.settle(&c.Callback, c.Delivery, found, attempt, look))
	})
}

// plan returns when a history is read, after a pause.
func (d *Worker) plan(c *callbacks.Callback, u readquota.Urgency, pause time.Duration) time.Time {
	now := d.now()
	return d.pace.Slot(d.histories.Lane(c.Target()), u, now, now.Add(pause))
}

// finish ends a claim and records its result. If the result cannot be written, the next claim finds
// it out again.
func (d *Worker) finish(
	ctx context.Context, work Work, attempt callbacks.Attempt, change func(*callbacks.Case) error,
) {
	ctx, cancel := worker.Outlive(ctx, worker.StopWrites, finishTimeout)
	defer cancel()
	log := d.log.With("callback", work.Callback.ID, "try", work.Delivery.Tries, "answer", attempt.Reply, "aws_request_id", attempt.RequestID)
	var next time.Time
	var quiet bool
	c, err := d.store.Change(ctx, work.Callback.ID, callbacks.Parts{Delivery: true, Behind: true}, func(c *callbacks.Case) error {
		if err := c.Delivery.Release(d.owner, work.Delivery.Tries); err != nil {
			return err
		}
		before := seen(c.Delivery.FollowUp)
		err := change(c)
		next = c.Delivery.DueAt
		quiet = work.Callback.State == callbacks.Completed && len(c.Audit) == 0 && !next.IsZero() && before == seen(c.Delivery.FollowUp)
		return err
	})
	switch {
	case errors.Is(err, callbacks.ErrLeaseLost):
		log.WarnContext(ctx, "another worker took over the delivery; it records the result")
		return
	case err != nil:
		log.ErrorContext(ctx, "the delivery's result was not recorded; the next claim settles it", "error", err)
		return
	}
	if !next.IsZero() {
		defer d.wakeFor(next)
	}
	if quiet { // a reading without news
		return
	}
	// a failed try has its own line, with the cause
	switch {
	case work.Callback.State != callbacks.Decided:
	case c.State != callbacks.Decided:
		log.InfoContext(ctx, "delivery", "state", c.State)
	case !next.IsZero():
		log.InfoContext(ctx, "the decision is tried again", "next_try", next)
	}
	d.invalidator.Changed(c.Invalidation())
}

// attempt calls Lambda once. It then asks the history if Lambda says that the callback is closed or
// may be closed, or if Lambda does not accept the decision although the callback's time is over by
// our clock.
func (d *Worker) attempt(ctx context.Context, work Work) (callbacks.Attempt, callbacks.Finding) {
	ctx, cancel := worker.Outlive(ctx, worker.StopCalls, callTimeout)
	defer cancel()
	target := work.Callback.Target()
	a := callbacks.Attempt{Number: work.Delivery.Tries, StartedAt: d.now()}
	err := d.lambda.Complete(ctx, target, work.Delivery.Completion)
	a.EndedAt = d.now()
	reply := replies.Of(err)
	a.Reply, a.Status, a.Code, a.RequestID, a.Key = reply.Reply, reply.Status, reply.Code, reply.RequestID, reply.Key
	if err != nil {
		d.log.WarnContext(ctx, "Lambda did not accept a decision", "callback", work.Callback.ID, "attempt", a.Number, "error", err)
	}
	settled := a.Reply == replies.Accepted || a.Reply == replies.Invalid
	if !a.Reply.MaybeClosed() && (settled || !work.Callback.Over(a.EndedAt)) {
		return a, callbacks.Finding{Again: reply.RetryAfter}
	}
	found := d.histories.Ask(ctx, target)
	found.Again = max(found.Again, reply.RetryAfter)
	found.Closing = d.secrets.Compared(target.ID, found.Closing, work.Delivery.Completion)
	return a, found
}

// settle applies the verdict on an attempt to callback and delivery. look is when the history is
// read next, for a decision that arrived or whose fate is still unknown. It runs within the
// change.
func (d *Worker) settle(c *callbacks.Callback, delivery *callbacks.Delivery, found callbacks.Finding, attempt callbacks.Attempt, look time.Time) (callbacks.AuditEntry, error) {
	now, by := d.now(), callbacks.System("deliveries")
	delivery.DueAt = time.Time{}
	if c.State != callbacks.Decided {
		// settled in the meantime: only the attempt is worth keeping
		return callbacks.AuditEntry{}, nil
	}
	e := learn(delivery, attempt.Reply, c.Problem, found)
	switch judge(e, delivery.Completion) {
	case delivered:
		if c.ExecutionARN != "" {
			delivery.DueAt = look
		}
		return c.Complete(c.EndedByDecision(e.reply, e.closing, now), by)
	case lost:
		return c.Lose(c.EndedAsAnswered(e.reply, found, now), now, by)
	case undeliverable:
		problem := attempt.Reply
		if problem == replies.MaybeClosed {
			problem = replies.Invalid // the history shows that it is not closed
		}
		return c.GiveUp(callbacks.Undeliverable, problem, c.EndedUndelivered(attempt, now), by)
	case unconfirmed:
		return c.GiveUp(callbacks.Unconfirmed, attempt.Reply, c.EndedUnconfirmed(doubtOf(e), e.doubtful, now), by)
	case retry:
		var left time.Duration
		if deadline, cause := c.Deadline(); cause != callbacks.NoDeadline {
			left = deadline.Sub(now)
		}
		delivery.DueAt = now.Add(worker.Backoff(delivery.Tries, found.Again, left, d.jitter()))
		if found.History == callbacks.HistoryPutOff {
			delivery.DueAt = look
		}
		return c.AttemptFailed(attempt, now, by)
	}
	return callbacks.AuditEntry{}, nil
}
