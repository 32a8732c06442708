package callbacks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/internal/worker"
)

// Times of a receipt. AWS does not say how soon the history shows a completed callback.
const (
	receiptPause    = 200 * time.Millisecond // after Lambda's answer
	receiptPatience = 15 * time.Minute       // then the answer has to do
)

// prove looks in the execution's history for the receipt of a decision that Lambda accepted: the event that closed the
// callback, with our payload in it. It works under the delivery's lease; what the execution does from there on is followed.
func (d *Deliveries) prove(ctx context.Context, work Work) {
	call, cancel := worker.Outlive(ctx, stopCalls, callTimeout)
	defer cancel()
	found := d.histories.ask(call, work.Callback.Target())
	seen := found.history == historyRead && !found.closing.Open
	var next time.Time
	switch c := &work.Callback; {
	case seen:
		next = d.nextLook(c, nil, 0)
	case found.history == historyPutOff:
		next = d.plan(c, urgent, max(found.again, receiptPause))
	case found.history != historyUnreadable && d.now().Before(c.Ending.At.Add(receiptPatience)):
		next = d.plan(c, urgent, backoff(work.Delivery.Tries, found.again, 0, d.jitter()))
	}
	d.finish(ctx, work, Attempt{Number: work.Delivery.Tries}, func(c *Callback, delivery *Delivery) (AuditEntry, error) {
		delivery.DueAt = next
		if !seen {
			return AuditEntry{}, nil
		}
		entry, err := c.receipt(found.closing, delivery.Completion, d.now())
		if c.State != Completed {
			delivery.DueAt = time.Time{} // what follows did not follow from the decision
		}
		return entry, err
	})
}

// receipt notes what the history says of a decision that Lambda accepted.
func (c *Callback) receipt(closing Closing, ours Completion, now time.Time) (AuditEntry, error) {
	by := System("deliveries")
	switch {
	case closing.Completion != nil && closing.Completion.same(ours):
		c.Ending.Event, c.Ending.At = closing.EventID, closing.At
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d holds our payload, sha256 %s.", closing.EventID, ours.SHA256())), nil
	case closing.mayHold(ours):
		c.Ending.Event, c.Ending.At = closing.EventID, closing.At
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d closed the callback; its payload cannot be read.", closing.EventID)), nil
	}
	e := c.endedElsewhere(closing, now)
	e.Detail = "Lambda accepted the decision, but the execution's history shows another end: " + strings.ToLower(e.Detail[:1]) + e.Detail[1:]
	return c.Differ(e, now, by)
}
