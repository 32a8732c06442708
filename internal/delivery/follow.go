package delivery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
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
// delivery's lease. It puts the reading off when many are under way or the read quota is short,
// because decisions need the slots and receipts need the quota.
func (d *Worker) follow(ctx context.Context, work Work) {
	var answer callbacks.Attempt
	followUp, due := work.Delivery.FollowUp, time.Time{}
	if again, done := d.follows.Begin(ctx, d.follows.Lane(work.Callback.Target()), readquota.WhenIdle); done == nil {
		due = d.nextReading(&work.Callback, followUp, again)
	} else {
		var reply *callbacks.LambdaError
		followUp, reply = d.readOn(ctx, work, done)
		answer.Reply, answer.RequestID = reply.Reply, reply.RequestID
		if !reply.Reply.Unreadable() && followUp.Event == 0 {
			due = d.nextReading(&work.Callback, followUp, reply.RetryAfter)
		}
	}
	d.finish(ctx, work, answer, func(c *callbacks.Case) error {
		c.Delivery.DueAt = due
		return c.Record(c.Followed(c.Delivery, followUp, d.now(), callbacks.System("deliveries")))
	})
}

// readOn makes one reading and returns what is known after it, or nil if nothing is known and
// nothing ever will be.
func (d *Worker) readOn(ctx context.Context, work Work, done func(error)) (*callbacks.FollowUp, *callbacks.LambdaError) {
	ctx, cancel := worker.Outlive(ctx, worker.StopCalls, followTimeout)
	defer cancel()
	closed := work.Callback.Ending
	a := &callbacks.FollowUp{Status: callbacks.StatusRunning}
	if work.Delivery.FollowUp != nil {
		a = work.Delivery.FollowUp.Clone()
	}
	a.Last = max(a.Last, closed.Event) // the end may have been reported before anything was read
	a.Readings++
	page, err := d.follows.After(ctx, work.Callback.Target(), a.Last)
	done(err)
	reply := callbacks.ReplyOf(err)
	switch {
	case err == nil:
		a.Add(page, closed.At)
		a.ReadAt = d.now()
	case reply.Reply.Unreadable():
		return work.Delivery.FollowUp, reply
	}
	return a, reply
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
