package callbacks

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"countersign/internal/mask"
)

// Message names a webhook message, so that a repeated message gets its first answer again.
type Message struct {
	Source string
	ID     string // unique within the source; empty if the sender does not number its messages
	At     time.Time
}

// Acknowledgment is the answer to an announcement. A repeated message gets the Created of its first
// time.
type Acknowledgment struct {
	Callback Callback
	Created  bool // this message was the first to announce the callback
	Repeated bool // the message was received before and nothing was done now
	// the queue in which the callback was found and from which the announcement moved it; empty if
	// it did not move
	Left string
}

// SourceDiscovery is the source of callbacks that were found in a history and that nobody has
// announced.
const SourceDiscovery = "discovery"

// SourceAnnounced stands in the filter of a list for every source but [SourceDiscovery]. A callback
// that was found and then announced has its sender as source.
const SourceAnnounced = "announced"

// Unannounced is the fingerprint of a callback that was found in a history. No announcement has
// this fingerprint.
const Unannounced = ""

// AnnouncedAgain compares an announcement with a callback that is already known by its CallbackID.
// stored is the fingerprint the callback was stored with, announced that of the announcement. The
// announcement may repeat what is known, complete a callback that was found (see
// [Case.Announced]), or be another request, which is a [DifferentError].
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

// Found reports whether only a history speaks of the callback: the requester is not known, and the
// request changes once it is announced.
func (c *Callback) Found() bool { return c.Source == SourceDiscovery }

// Arrived returns the first audit entry of a callback that a source announced.
func (c *Callback) Arrived(source string, at time.Time) AuditEntry {
	from := Actor{Kind: ActorSource, ID: source, Name: source}
	entry := c.entry(at, from, ActionReceived, Facts{Announced: AnnouncedFirst})
	entry.To = Pending
	return entry
}

// Discovered returns the first audit entry of a callback that was found in a history.
func (c *Callback) Discovered(by Actor) AuditEntry {
	entry := c.entry(c.ReceivedAt, by, ActionFound, Facts{})
	entry.To = Pending
	return entry
}

// Announced adds what the sender says to a callback that was found in a history first. said and
// saying are what the announcement alone would have made. What was signed before is void: it was
// another request. bind says what the queue asks of both together, because that is what reviewers
// see. The store calls Announced within Receive, with the signatures in the case.
func (c *Case) Announced(content *Content, said Callback, saying Content, bind Binding, now time.Time, by Actor) {
	c.Audit = append(c.Audit, c.announced(content, said, saying, bind, now, by))
	if c.State == Pending {
		c.void("Its function announced the request after it was signed.", now, by)
		c.holdSigned(ReviewLimits{}, now) // nothing waits any more
	}
}

// announced keeps what the history told, because that is true: the clocks, the execution and the
// names. A callback that is no longer pending keeps everything it showed, because it was decided on
// that; it may only show less.
func (c *Callback) announced(
	content *Content, said Callback, saying Content, bind Binding, now time.Time, by Actor,
) AuditEntry {
	// A mask never goes: what a sender or a queue called secret stays so, whoever speaks later.
	saying.Masked = mask.Join(content.Masked, saying.Masked)
	if c.State != Pending {
		differs := c.differs(*content, said, saying)
		content.Masked = saying.Masked
		return c.entry(now, by, ActionReceived, Facts{Announced: AnnouncedLate, Differs: differs})
	}
	c.Request, c.Name = said.Request, cmp.Or(c.Name, said.Name)
	if len(saying.Payload) == 0 {
		// The execution's input tells more than an empty payload, and so does one that was not
		// read. What a template made of it must not reach a decoder.
		saying.Payload, saying.InputUnread, saying.Encoded = content.Payload, content.InputUnread, content.Encoded
		saying.Template = content.Template
	}
	*content = saying
	rebound := c.rebind(bind(c, content))
	c.StopHeartbeats(now)
	c.scheduleHeartbeat(now)
	return c.entry(now, by, ActionReceived, Facts{Announced: AnnouncedFound, Policy: rebound})
}

// differs are the fields that an announcement states differently.
func (c *Callback) differs(content Content, said Callback, saying Content) []string {
	differ := map[string]bool{}
	compareSaid(differ, c.Request, said.Request)
	compareSaid(differ, content, saying)
	differ["requester"] = !c.Requester.same(said.Requester)
	differ["payload"] = differ["payload"] && len(saying.Payload) > 0
	return fieldsThat(differ)
}

// compareSaid compares the fields that senders state, which have the tag said.
func compareSaid[T any](differ map[string]bool, stood, said T) {
	was, is := reflect.ValueOf(stood), reflect.ValueOf(said)
	for f := range was.Type().Fields() {
		a, b := was.FieldByIndex(f.Index), is.FieldByIndex(f.Index)
		if name := f.Tag.Get("said"); name != "" && !reflect.DeepEqual(a.Interface(), b.Interface()) {
			list := a.Kind() == reflect.Slice || a.Kind() == reflect.Map
			differ[name] = differ[name] || !list || a.Len()+b.Len() > 0 // nil and empty say the same
		}
	}
}

// fieldsThat are the fields of an announcement that differ, by their JSON names.
func fieldsThat(differ map[string]bool) []string {
	maps.DeleteFunc(differ, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(differ))
}
