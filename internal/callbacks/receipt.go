package callbacks

import "time"

// Receipt notes what the history says of a decision that Lambda accepted. If the history shows
// another end, Receipt does what [Callback.Differ] does.
func (c *Callback) Receipt(
	closing Closing, ours Completion, now time.Time, by Actor,
) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.wrongState("note a receipt with")
	}
	same := closing.Completion != nil && closing.Completion.Same(ours)
	if same || closing.MayHold(ours) {
		c.Ending.Event, c.Ending.At, c.Ending.Proven = closing.EventID, closing.At, same
		return c.entry(now, by, ActionReceipt, c.ended()), nil
	}
	return c.Differ(c.EndedElsewhere(closing, now), now, by)
}
