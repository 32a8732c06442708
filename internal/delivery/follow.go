package delivery

import (
	"context"
	"errors"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/replies"
	"countersign/internal/worker"
)

// Times and bounds of the follow-up, which begins after the receipt.
const (
	followPause    = time.Second // before the first reading, doubling from then on
	maxFollowPause = 5 * time.Minute
	followPatience = 24 * time.Hour  // after that, what is known has to suffice
	followTimeout  = 5 * time.Second // of one reading
)

// follow reads what the execution did since the last reading, with one request. It works under the
// delivery's lease. The reader puts the reading off when many are under way or the read quota is
// short, because decisions need the slots and receipts need the quota.
func (d *Worker) follow(ctx context.Context, work Work) {
	call, cancel := worker.Outlive(ctx, worker.StopCalls, followTimeout)
	defer cancel()
	a := begunFollowUp(work)
	tail, err := d.follows.Tail(call, work.Callback.Target(), a.Last)
	var answer callbacks.Attempt
	followUp, due := work.Delivery.FollowUp, time.Time{}
	if putOff, ok := errors.AsType[*history.PutOffError](err); ok {
		due = d.nextReading(&work.Callback, followUp, putOff.Again)
	} else {
		reply := replies.Of(err)
		answer.Reply, answer.RequestID = reply.Reply, reply.RequestID
		if !reply.Reply.Unreadable() {
			followUp = a
			d.note(followUp, tail, work.Callback.Ending.At, err)
			if followUp.Event == 0 {
				due = d.nextReading(&work.Callback, followUp, reply.RetryAfter)
			}
		}
	}
	d.finish(ctx, work, answer, func(c *callbacks.Case) error {
		c.Delivery.DueAt = due
		return c.Record(c.Followed(c.Delivery, followUp, d.now(), callbacks.System("deliveries")))
	})
}

// begunFollowUp returns a copy of the follow-up so far, with which the next reading goes on.
func begunFollowUp(work Work) *callbacks.FollowUp {
	a := &callbacks.FollowUp{Status: callbacks.StatusRunning}
	if work.Delivery.FollowUp != nil {
		a = work.Delivery.FollowUp.Clone()
	}
	a.Last = max(a.Last, work.Callback.Ending.Event) // the end may have been reported before anything was read
	return a
}

// note notes one reading with a follow-up; it may have failed.
func (d *Worker) note(a *callbacks.FollowUp, tail history.Tail, closed time.Time, err error) {
	a.Readings++
	if err == nil {
		tail.AddTo(a, closed)
		a.ReadAt = d.now()
	}
}

// nextReading is when the execution is read again; zero when the patience is over.
func (d *Worker) nextReading(c *callbacks.Callback, a *callbacks.FollowUp, retryAfter time.Duration) time.Time {
	now := d.now()
	if !now.Before(c.Ending.At.Add(followPatience)) {
		return time.Time{}
	}
	return d.plan(c, readquota.WhenIdle, max(readingPause(a, d.jitter()), retryAfter))
}

// readingPause is the time to the next reading. It doubles each time; jitter is in [0,1).
func readingPause(a *callbacks.FollowUp, jitter float64) time.Duration {
	pause := followPause
	if a != nil {
		pause = min(followPause<<min(a.Readings, 10), maxFollowPause)
	}
	return pause + time.Duration(float64(pause)*jitter/4)
}

// seen returns a number that changes when a reading has news for the pages.
func seen(a *callbacks.FollowUp) int {
	if a == nil || a.ReadAt.IsZero() {
		return -1
	}
	return a.Last
}
