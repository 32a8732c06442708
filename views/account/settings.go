package account

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/preferences"
	"countersign/views/words"
)

// Settings is the page of a person's settings: who acts for them, and for whom they act. Admins see
// that of others too.
type Settings struct {
	Book delegation.Book
	// Notices are how the reader is told; nil on the page of somebody else, and while the desk has
	// no channel.
	Notices *preferences.Notices
	Reader  string // the key of whoever reads it
	Admin   bool   // the reader is an admin
	Draft   DelegationDraft
	Faults  fault.List
	// Candidates are the people whom the name in the draft may mean; the reader chooses one.
	Candidates []delegation.Known
	// SignInAgain is why the reader has to sign in again before they delegate; empty if they need not.
	SignInAgain string

	Search string             // for people, by an admin
	Found  []delegation.Known // by it
}

// DelegationDraft is what was typed into the form of a new delegation. It lives in the address while
// somebody signs in again.
type DelegationDraft struct {
	Of           string // the key of the delegator
	Who          string // name or address of the delegate
	Person       string // the key of the delegate, if one was chosen
	Since, Until string // days
	Queues       []string
}

// Values are the draft as the page's address and its form have it.
func (d DelegationDraft) Values() url.Values {
	v := url.Values{"queue": d.Queues}
	for name, value := range map[string]string{"of": d.Of, "who": d.Who, "person": d.Person, "since": d.Since, "until": d.Until} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// subject names the person of the page in a sentence.
func (m Settings) subject() string {
	if m.own() {
		return "me"
	}
	return "them"
}

// since is the first day of the draft: today, unless another one was chosen.
func (m Settings) since(at words.Moment) string { return cmp.Or(m.Draft.Since, today(at)) }

// maxDays is how many days ahead a delegation may end.
const maxDays = int(delegation.MaxAhead / (24 * time.Hour))

// own reports whether the page is about its reader.
func (m Settings) own() bool { return m.Book.Of.ID == m.Reader }

// open are the delegations that are planned or in force, those from the person first.
func (m Settings) open() []delegation.Delegation { return m.listed(false) }

// over are those whose time is over.
func (m Settings) over() []delegation.Delegation { return m.listed(true) }

func (m Settings) listed(over bool) (all []delegation.Delegation) {
	for _, d := range m.Book.Delegations {
		if (d.Status(m.Book.Now) == delegation.Over) == over {
			all = append(all, d)
		}
	}
	return all
}

// given reports whether the delegation is from the person of the page, and not to them.
func (m Settings) given(d *delegation.Delegation) bool { return d.From.ID == m.Book.Of.ID }

// other is the other person of a delegation.
func (m Settings) other(d *delegation.Delegation) callbacks.Actor {
	if m.given(d) {
		return d.To
	}
	return d.From
}

// mark is where the delegation is in its time.
func (m Settings) mark(d *delegation.Delegation) words.Mark {
	switch d.Status(m.Book.Now) {
	case delegation.InForce:
		return words.Mark{Word: "In force", Icon: "check", Tone: "approved"}
	case delegation.Planned:
		return words.Mark{Word: "Planned", Tone: "edge"}
	case delegation.Over:
	}
	if d.Ended() {
		return words.Mark{Word: "Ended early", Tone: "edge"}
	}
	return words.Mark{Word: "Over", Tone: "edge"}
}

// endWord is the button that ends a delegation.
func (m Settings) endWord(d *delegation.Delegation) string {
	if d.Status(m.Book.Now) == delegation.Planned {
		if m.given(d) {
			return "Cancel"
		}
		return "Decline"
	}
	return "End now"
}

func endDelegationPath(d *delegation.Delegation) string {
	return "/settings/delegations/" + string(d.ID) + "/end"
}

// fault is what is wrong with a field; empty if nothing is.
func (m Settings) fault(field string) string {
	i := slices.IndexFunc(m.Faults, func(f fault.Fault) bool { return f.Pointer == field })
	if i < 0 {
		return ""
	}
	return m.Faults[i].Detail
}

// chosen reports whether a queue is ticked. The only one is ticked from the beginning.
func (m Settings) chosen(queue string) bool {
	return slices.Contains(m.Draft.Queues, queue) || len(m.Book.Queues) == 1
}

// latest is the last day that a delegation may include.
func (m Settings) latest(at words.Moment) string {
	return at.Local(at.Now).Add(delegation.MaxAhead - 24*time.Hour).Format(time.DateOnly)
}

// today is the day of the reader.
func today(at words.Moment) string { return at.Local(at.Now).Format(time.DateOnly) }

// again is the sign-in that leads back to the draft.
func (m Settings) again() string {
	return views.Address{Path: "/signin"}.With("return", views.Address{Path: "/settings", Query: m.Draft.Values()}.String()).String()
}

// settingsOf is the page of another person.
func settingsOf(person string) string {
	return views.Address{Path: "/settings"}.With("of", person).String()
}
