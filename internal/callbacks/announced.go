package callbacks

import (
	"bytes"
	"cmp"
	"reflect"
	"strings"
	"time"
)

// Unannounced is the fingerprint of a callback that was found in a history. No announcement has
// this fingerprint.
const Unannounced = ""

// AnnouncedAgain compares an announcement with a callback that is already known by its CallbackID.
// stored is the fingerprint the callback was stored with, announced that of the announcement. The
// announcement may repeat what is known, complete a callback that was found (see
// [Callback.Announced]), or be another request, which is a [DifferentError].
func (c *Callback) AnnouncedAgain(stored, announced string) (completes bool, err error) {
	switch {
	case announced == stored, announced == Unannounced:
		return false, nil
	case stored != Unannounced:
		return false, &DifferentError{Callback: c.ID, Queue: c.Queue, Source: c.Source}
	}
	return true, nil
}

// SentAgain checks that a message received before says the same again. stored is the fingerprint
// the callback was stored with. [ErrReused] means that the sender gives one ID to several messages;
// without the error it would never learn that only the first is recorded.
func (c *Callback) SentAgain(stored string, id CallbackID, announced string) error {
	if c.CallbackID != id || announced != stored {
		return ErrReused
	}
	return nil
}

// found reports whether only a history speaks of the callback: the requester is not known, and the
// request changes once it is announced.
func (c *Callback) found() bool { return c.Source == SourceDiscovery }

// Discovered returns the first audit entry of a callback that was found in a history.
func (c *Callback) Discovered(by Actor) AuditEntry {
	entry := c.entry(c.ReceivedAt, by, ActionFound,
		"Found in the execution's history; nobody announced it.")
	entry.To = Pending
	return entry
}

// Announced adds what the sender says to a callback that was found in a history first. said and
// saying are the callback and content that the announcement alone would have made. Announced keeps
// what the history told, because that is true: the clocks, the execution and the names. A callback
// that is no longer pending keeps everything it showed, because it was decided on that. The store
// calls Announced within Receive.
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
		saying.Payload = content.Payload // the execution's input tells more than an empty payload
	}
	*content = saying
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionReceived, "Announced after it was found in the execution's history.")
}

// differs names the parts that an announcement states differently.
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
