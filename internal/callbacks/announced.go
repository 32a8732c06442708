package callbacks

import (
	"bytes"
	"cmp"
	"reflect"
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

// Announced says what an announcement found.
type Announced string

// What an announcement may find.
const (
	AnnouncedFirst Announced = "first" // nothing was known of the callback
	AnnouncedFound Announced = "found" // the callback had been found in a history
	AnnouncedLate  Announced = "late"  // the same, and it was no longer pending
)

// found reports whether only a history speaks of the callback: the requester is not known, and the
// request changes once it is announced.
func (c *Callback) found() bool { return c.Source == SourceDiscovery }

// Discovered returns the first audit entry of a callback that was found in a history.
func (c *Callback) Discovered(by Actor) AuditEntry {
	entry := c.entry(c.ReceivedAt, by, ActionFound, Facts{})
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
		differs := c.differs(*content, said, saying)
		return c.entry(now, by, ActionReceived, Facts{Announced: AnnouncedLate, Differs: differs})
	}
	c.Request, c.Requirement, c.Name = said.Request, said.Requirement, cmp.Or(c.Name, said.Name)
	if len(saying.Payload) == 0 {
		saying.Payload = content.Payload // the execution's input tells more than an empty payload
	}
	*content = saying
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionReceived, Facts{Announced: AnnouncedFound})
}

// differs are the fields that an announcement states differently.
func (c *Callback) differs(content Content, said Callback, saying Content) []string {
	return fieldsThat([]field{
		{"title", c.Title != said.Title},
		{"requester", !c.Requester.same(said.Requester)},
		{"queue", c.Queue != said.Queue},
		{"payload", len(saying.Payload) > 0 && !bytes.Equal(content.Payload, saying.Payload)},
		{"description", content.Description != saying.Description},
		{"outcomes", !reflect.DeepEqual(c.Outcomes, said.Outcomes)},
	})
}

// field is a field of [Announcement] by its JSON name.
type field struct {
	name    string
	differs bool
}

// fieldsThat are the names of the fields that differ.
func fieldsThat(fields []field) []string {
	var names []string
	for _, f := range fields {
		if f.differs {
			names = append(names, f.name)
		}
	}
	return names
}
