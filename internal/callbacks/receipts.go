package callbacks

import (
	"context"
	"fmt"
	"time"
)

// Times of a receipt. AWS does not say how soon the history shows a completed callback.
const (
	receiptPause    = 200 * time.Millisecond // after Lambda's answer
	receiptPatience = 15 * time.Minute       // then the answer has to do
)

// prove looks in the execution's history for the receipt of a decision that Lambda accepted: the event that closed the
// callback, with our payload in it. It works under the delivery's lease; what the execution does from there on is followed.
func (d *Deliveries) prove(ctx context.Context, work Work) {
	call, cancel := outlive(ctx, stopCalls, callTimeout)
	defer cancel()
	closing, history := askHistory(call, d.lambda, work.Callback.Target())
	var next time.Time
	if history == historyRead && !closing.Open {
		next = d.nextLook(&work.Callback, nil, 0)
	}
	d.finish(ctx, work, Attempt{Number: work.Delivery.Tries}, func(c *Callback, delivery *Delivery) (AuditEntry, error) {
		now := d.now()
		waits := history == historyBusy || history == historyRead && closing.Open
		delivery.DueAt = time.Time{}
		if waits && now.Before(c.Ending.At.Add(receiptPatience)) {
			delivery.DueAt = now.Add(backoff(delivery.Tries, 0, 0, d.jitter()))
		}
		if waits || history != historyRead {
			return AuditEntry{}, nil
		}
		entry := c.receipt(closing, delivery.Completion, now)
		if c.Ending.Event > 0 {
			delivery.DueAt = next
		}
		return entry, nil
	})
}

// receipt notes what the history says of a decision that Lambda accepted.
func (c *Callback) receipt(closing Closing, ours Completion, now time.Time) AuditEntry {
	by := System("deliveries")
	switch {
	case closing.Completion != nil && closing.Completion.same(ours):
		c.Ending.Event, c.Ending.At = closing.EventID, closing.At
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d holds our payload, sha256 %s.", closing.EventID, ours.SHA256()))
	case closing.Completion == nil && closing.By == EndedByOther:
		c.Ending.Event, c.Ending.At = closing.EventID, closing.At
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d closed the callback; its payload cannot be read.", closing.EventID))
	}
	c.Ending.Detail = fmt.Sprintf("Lambda accepted the decision, but history event %d shows another end.", closing.EventID)
	return c.entry(now, by, ActionReceiptDiffers, c.Ending.Detail)
}
