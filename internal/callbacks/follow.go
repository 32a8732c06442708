package callbacks

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/worker"
)

// Times and bounds of following an execution after the receipt.
const (
	followPause    = time.Second // before the first reading, doubling from then on
	maxFollowPause = 5 * time.Minute
	followPatience = 24 * time.Hour  // then what is known has to do
	followTimeout  = 5 * time.Second // of one reading
)

// follow reads what the execution did since the last reading, with one request. It works under the delivery's lease, and puts
// the reading off where many are under way or the budget is short: decisions need the slots, and receipts the budget.
func (d *Deliveries) follow(ctx context.Context, work Work) {
	attempt := Attempt{Number: work.Delivery.Tries}
	aftermath, due := work.Delivery.Aftermath, time.Time{}
	if again, done := d.follows.begin(ctx, d.follows.lanes.Of(work.Callback.Target()), whenIdle); done == nil {
		due = d.nextLook(&work.Callback, aftermath, again)
	} else {
		var answer *LambdaError
		aftermath, answer = d.readOn(ctx, work, done)
		attempt.Answer, attempt.RequestID = answer.Answer, answer.RequestID
		if !answer.Answer.unreadable() && aftermath.Event == 0 {
			due = d.nextLook(&work.Callback, aftermath, answer.RetryAfter)
		}
	}
	d.finish(ctx, work, attempt, func(c *Callback, delivery *Delivery) (AuditEntry, error) {
		told := delivery.Aftermath.ended()
		delivery.Aftermath, delivery.DueAt = aftermath.keep(delivery.Aftermath), due
		if told || !aftermath.ended() {
			return AuditEntry{}, nil
		}
		return c.followed(aftermath, d.now(), System("deliveries")), nil
	})
}

// readOn makes one reading and returns what is known then, nil while it is nothing and never will be anything.
func (d *Deliveries) readOn(ctx context.Context, work Work, done func(error)) (*Aftermath, *LambdaError) {
	ctx, cancel := worker.Outlive(ctx, stopCalls, followTimeout)
	defer cancel()
	closed := work.Callback.Ending
	a := &Aftermath{Status: AfterRunning}
	if work.Delivery.Aftermath != nil {
		a = work.Delivery.Aftermath.clone()
	}
	a.Last = max(a.Last, closed.Event) // the end may have been told before anything was read
	a.Readings++
	page, err := d.lambda.After(ctx, work.Callback.Target(), a.Last)
	done(err)
	answer := answerOf(err)
	switch {
	case err == nil:
		a.add(page, closed.At)
		a.ReadAt = d.now()
	case answer.Answer.unreadable():
		return work.Delivery.Aftermath, answer
	}
	return a, answer
}

// nextLook is when an execution is looked at again, zero when patience is over.
func (d *Deliveries) nextLook(c *Callback, a *Aftermath, retryAfter time.Duration) time.Time {
	now := d.now()
	if !now.Before(c.Ending.At.Add(followPatience)) {
		return time.Time{}
	}
	return d.plan(c, whenIdle, max(a.pause(d.jitter()), retryAfter))
}

// pause is the time to the next reading: doubling, with jitter in [0,1).
func (a *Aftermath) pause(jitter float64) time.Duration {
	pause := followPause
	if a != nil {
		pause = min(followPause<<min(a.Readings, 10), maxFollowPause)
	}
	return pause + time.Duration(float64(pause)*jitter/4)
}

// followed says how the execution ended, in the audit and, where that needs attention, with the callback.
func (c *Callback) followed(a *Aftermath, now time.Time, by Actor) AuditEntry {
	action, said := ActionExecutionSucceeded, "the execution succeeded."
	if a.EndedBadly() {
		c.ExecutionFailed = c.Decision.Kind == Success // a failure is meant to stop the function
		action, said = ActionExecutionFailed, "the execution "+badEnd[a.Status]+"."
	}
	if a.Event > 0 {
		return c.entry(now, by, action, fmt.Sprintf("History event %d: %s", a.Event, said))
	}
	return c.entry(now, by, action, "T"+said[1:])
}

var badEnd = map[AfterStatus]string{
	AfterFailed: "failed", AfterTimedOut: "reached its own time limit", AfterStopped: "was stopped",
}
