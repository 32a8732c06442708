package callbacks

import (
	"fmt"
	"strings"
	"time"
)

// Receipt notes what the history says of a decision that Lambda accepted. If the history shows
// another end, Receipt does what [Callback.Differ] does.
func (c *Callback) Receipt(
	closing Closing, ours Completion, now time.Time, by Actor,
) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.wrongState("note a receipt with")
	}
	switch {
	case closing.Completion != nil && closing.Completion.Same(ours):
		c.Ending.Event, c.Ending.At, c.Ending.Proven = closing.EventID, closing.At, true
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d holds our payload, sha256 %s.", closing.EventID, ours.SHA256())), nil
	case closing.MayHold(ours):
		c.Ending.Event, c.Ending.At = closing.EventID, closing.At
		return c.entry(now, by, ActionReceipt, fmt.Sprintf("History event %d closed the callback; its payload cannot be read.", closing.EventID)), nil
	}
	e := c.EndedElsewhere(closing, now)
	e.Detail = "Lambda accepted the decision, but the execution's history shows another end: " + strings.ToLower(e.Detail[:1]) + e.Detail[1:]
	return c.Differ(e, now, by)
}
