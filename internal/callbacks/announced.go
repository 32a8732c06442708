package callbacks

import (
	"bytes"
	"cmp"
	"reflect"
	"strings"
	"time"
)

// Unannounced is the fingerprint of a callback that was found in a history. No announcement has it.
const Unannounced = ""

// AnnouncedAgain says what an announcement is to a callback that is known by its CallbackID, from
// the fingerprint with which it was stored and that of the announcement: nothing new; what
// completes a callback that was found, by [Callback.Announced]; or another request, which is a
// [DifferentError].
func (c *Callback) AnnouncedAgain(stored, announced string) (completes bool, err error) {
	switch {
	case announced == stored, announced == Unannounced:
		return false, nil
	case stored != Unannounced:
		return false, &DifferentError{Callback: c.ID, Queue: c.Queue, Source: c.Source}
	}
	return true, nil
}

// SentAgain checks that a message which was received before says what it said then, from the
// fingerprint with which the callback was stored. [ErrReused]: the sender gives one ID to several
// messages, and would never learn that only the first is recorded.
func (c *Callback) SentAgain(stored string, id CallbackID, announced string) error {
	if c.CallbackID != id || announced != stored {
		return ErrReused
	}
	return nil
}

// found reports a callback of which only a history speaks: who asks is not known, and what it says
// changes once it is announced.
func (c *Callback) found() bool { return c.Source == SourceDiscovery }

// Discovered begins the audit of a callback that was found in a history.
func (c *Callback) Discovered(by Actor) AuditEntry {
	entry := c.entry(c.ReceivedAt, by, ActionFound,
		"Found in the execution's history; nobody announced it.")
	entry.To = Pending
	return entry
}

// Announced gives a callback that was found in a history what its sender says of it, later than
// usual: said and saying are what the announcement alone would have made. What the history told
// stays, because it is true: the clocks, the execution and the names. One that is not pending any
// more keeps all that it showed, for that is what was decided on. The store calls it within
// Receive.
func (c *Callback) Announced(
	content *Content, said Callback, saying Content, now time.Time, by Actor,
) AuditEntry {
	c.Revision++
	if c.State != Pending {
		detail := "Announced when it was not pending any more; it keeps what it showed."
		if differs := c.differs(*content, said, saying); len(differs) > 0 {
			detail += " The announcement has another " + strings.Join(differs, ", ") + "."
		}
		return c.entry(now, by, ActionReceived, detail)
	}
	c.Request, c.Requirement, c.Name = said.Request, said.Requirement, cmp.Or(c.Name, said.Name)
	if len(saying.Payload) == 0 {
		saying.Payload = content.Payload // the execution's input tells more than nothing
	}
	*content = saying
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionReceived, "Announced after it was found in the execution's history.")
}

// differs names what an announcement says otherwise.
func (c *Callback) differs(content Content, said Callback, saying Content) []string {
	var names []string
	for _, part := range []struct {
		name string
		same bool
	}{
		{"title", c.Title == said.Title},
		{"requester", c.Requester.same(said.Requester)},
		{"queue", c.Queue == said.Queue},
		{"payload", len(saying.Payload) == 0 || bytes.Equal(content.Payload, saying.Payload)},
		{"description", content.Description == saying.Description},
		{"choice of outcomes", reflect.DeepEqual(c.Outcomes, said.Outcomes)},
	} {
		if !part.same {
			names = append(names, part.name)
		}
	}
	return names
}
