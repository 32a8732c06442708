package assignments

import (
	"net/url"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Assignment is the page of whose work one callback is.
type Assignment struct {
	Callback callbacks.Callback
	assignment.Standing
	May     bool               // the reader may assign it
	Refused string             // why they may not take it; empty if they may
	People  []callbacks.Person // who may get it
	More    bool               // more than those
	Who     string             // by which they were searched
	Back    views.Address      // where the reader came from
	Query   url.Values         // of this page's address
	Draft   Draft
}

// Draft is what was typed into a form that changed nothing.
type Draft struct {
	To, Reason string
	Until      string
	Faults     fault.List
}

// Move is the page on which an admin moves what somebody has.
type Move struct {
	Who   string             // by whom the admin searches
	Found []callbacks.Person // who is called that
	From  string             // the key of the person who has them
	Name  string             // theirs
	Queue string             // only those in it
	// Queues to choose from
	Queues []string
	Rows   []desk.Row
	More   bool
	ToWho  string // who gets them, as it was typed
	Reason string
	Faults fault.List
	Moved  *assignment.Moved // nil before anything moved
}

// MovePath is the address of that page.
const MovePath = "/admin/assignments"

// Path is the address of the page about one callback.
func Path(id callbacks.ID) string { return id.Path() + "/assignment" }

// SnoozePath is where a snooze is posted.
func SnoozePath(id callbacks.ID) string { return id.Path() + "/snooze" }

// AcknowledgmentPath is where an acknowledgment is posted.
func AcknowledgmentPath(id callbacks.ID) string { return id.Path() + "/acknowledgment" }

// Span is how long a snooze lasts.
type Span struct {
	Name, Label string
	Span        time.Duration
}

// Spans are those that are offered.
var Spans = []Span{
	{"30m", "In 30 minutes", 30 * time.Minute}, {"2h", "In 2 hours", 2 * time.Hour},
	{"8h", "In 8 hours", 8 * time.Hour}, {"24h", "In 24 hours", 24 * time.Hour},
}

// action is the address of a form of the page, which leads back to where the reader came from.
func (m Assignment) action(path string) string {
	q := url.Values{}
	for name, values := range m.Query {
		if name != "who" {
			q[name] = values
		}
	}
	return views.Address{Path: path, Query: q}.String()
}

// own reports whether the callback is the reader's.
func (m Assignment) own(reader callbacks.Person) bool { return m.To.ID == reader.ID }

// others reports whether it is somebody else's.
func (m Assignment) others(reader callbacks.Person) bool { return !m.Nobody() && !m.own(reader) }

// snoozable reports whether the callback is in the reader's own list and can be hidden there.
func (m Assignment) snoozable(s views.Shell) bool {
	return m.Callback.State == callbacks.Pending && (m.own(s.Viewer) || !m.Callback.WaitingSince.IsZero()) && m.Latest.After(s.Moment.Now)
}

// noSnooze says why there is nothing to snooze.
func (m Assignment) noSnooze(s views.Shell) string {
	switch {
	case m.Callback.State != callbacks.Pending:
		return "It does not wait any more."
	case !m.Latest.After(s.Moment.Now):
		return "Too late: it is at risk."
	}
	return "It is not in Mine, so there is nothing to hide. Take it first."
}

// fault is what is wrong with a field; empty if nothing is.
func faultOf(faults fault.List, field string) string {
	for _, f := range faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

func movedWords(m assignment.Moved) string {
	text := words.Plural(m.Done, "callback") + " moved."
	if m.Left > 0 {
		text += " " + words.Plural(m.Left, "callback") + " stayed: that person may not sign them, or they changed meanwhile."
	}
	if m.More {
		text += " There are more: press again."
	}
	return text
}

func takeWord(takes bool) string {
	if takes {
		return "Take over"
	}
	return "Take"
}

// buttonName names the person whom a button assigns to, for those who hear it alone. It begins with
// what the button shows.
func buttonName(value, name string, takes bool) string {
	if value == "me" {
		return takeWord(takes) + " it"
	}
	return "Assign to " + untrusted.Attribute(name)
}
