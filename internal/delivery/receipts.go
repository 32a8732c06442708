package delivery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// Times of a receipt. AWS does not say how soon the history shows a completed callback.
const (
	receiptPause    = 200 * time.Millisecond // after Lambda's answer
	receiptPatience = 15 * time.Minute       // after that, Lambda's answer has to suffice
	// While so many decisions are on their way to Lambda, receipts are read later: nobody waits for
	// them, and somebody for each of the next decisions.
	rush      = 4
	rushPause = 2 * time.Second
)

// pauseBeforeReceipt is the time from Lambda's answer to the first look for a receipt.
func (d *Worker) pauseBeforeReceipt() time.Duration {
	if d.sending.Load() >= rush {
		return rushPause
	}
	return receiptPause
}

// prove looks in the execution's history for the receipt of a decision that Lambda accepted: the
// event that closed the callback, with our payload in it. It works under the delivery's lease. What
// the execution does after the receipt is the follow-up; if it has ended already, that is noted at
// once.
func (d *Worker) prove(ctx context.Context, work Work) {
	call, cancel := worker.Outlive(ctx, worker.StopCalls, callTimeout)
	defer cancel()
	found, after := d.histories.AskOn(call, work.Callback.Target())
	found.Closing = d.secrets.Compared(work.Callback.ID, found.Closing, work.Delivery.Completion)
	ended := found.Ended()
	var next time.Time
	var followUp *callbacks.FollowUp
	if ended && after != nil {
		followUp = d.wholeFollowUp(work, found.Closing, *after)
	}
	switch c := &work.Callback; {
	case followUp != nil:
	case ended:
		next = d.nextReading(c, nil, 0)
	case found.History == callbacks.HistoryPutOff:
		next = d.plan(c, readquota.Urgent, max(found.Again, receiptPause))
	case found.History != callbacks.HistoryUnreadable && d.now().Before(c.Ending.At.Add(receiptPatience)):
		next = d.plan(c, readquota.Urgent, worker.Backoff(work.Delivery.Tries, found.Again, 0, d.jitter()))
	}
	d.finish(ctx, work, callbacks.Attempt{}, func(c *callbacks.Case) error {
		c.Delivery.DueAt = next
		if !ended {
			return nil
		}
		by := callbacks.System("deliveries")
		err := c.Record(c.Receipt(found.Closing, c.Delivery.Completion, d.now(), by))
		switch {
		case err != nil:
			return err
		case c.State != callbacks.Completed:
			c.Delivery.DueAt = time.Time{} // what follows does not result from the decision
		case followUp != nil:
			return c.Record(c.Followed(c.Delivery, followUp, d.now(), by))
		}
		return nil
	})
}

// wholeFollowUp is the follow-up that the history shows after the end of a callback; nil while the
// execution goes on.
func (d *Worker) wholeFollowUp(work Work, end callbacks.Closing, after history.Tail) *callbacks.FollowUp {
	a := begunFollowUp(work)
	a.Last = max(a.Last, end.EventID)
	d.note(a, after, end.At, nil)
	if a.Event == 0 {
		return nil
	}
	return a
}
