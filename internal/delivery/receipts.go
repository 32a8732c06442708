package delivery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// Times of a receipt. AWS does not say how soon the history shows a completed callback.
const (
	receiptPause    = 200 * time.Millisecond // after Lambda's answer
	receiptPatience = 15 * time.Minute       // after that, Lambda's answer has to suffice
)

// prove looks in the execution's history for the receipt of a decision that Lambda accepted: the
// event that closed the callback, with our payload in it. It works under the delivery's lease. What
// the execution does after the receipt is the follow-up.
func (d *Worker) prove(ctx context.Context, work Work) {
	call, cancel := worker.Outlive(ctx, worker.StopCalls, callTimeout)
	defer cancel()
	found := d.histories.Ask(call, work.Callback.Target())
	ended := found.Ended()
	var next time.Time
	switch c := &work.Callback; {
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
		entry, err := c.Receipt(found.Closing, c.Delivery.Completion, d.now(), by)
		if c.State != callbacks.Completed {
			c.Delivery.DueAt = time.Time{} // what follows does not result from the decision
		}
		return c.Record(entry, err)
	})
}
