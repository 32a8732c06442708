package views

import (
	"net/url"
	"strconv"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/views/words"
)

// Forbidden is the page for something that the reader may see but not do.
type Forbidden struct {
	Reason   string // of the refusal, one sentence
	Code     string // of the refusal, stable
	Callback callbacks.ID
}

// BadRequest is the page for a request that cannot be understood, such as an address with a bad
// filter.
type BadRequest struct {
	Status int // 422 when zero
	Faults fault.List
	Back   Address // where to go on
}

// TooMany is the page for a reader or an address that sent too many requests.
type TooMany struct {
	RetryAfter time.Duration
	Posted     bool // the request was a form, which may not have been read
}

// words says what happens to the reader's input. If there was no room to read a form, the page
// cannot give the input back, but the browser can.
func (m TooMany) words() string {
	if m.Posted {
		return "Nothing was recorded, and your browser still has what you typed. Reload this page in " + words.Duration(m.RetryAfter) + " to send it again."
	}
	return "Nothing was done. Try again in " + words.Duration(m.RetryAfter) + "."
}

// Failure is the page for a fault of ours. The log has the cause, under the request's ID.
type Failure struct {
	RequestID string
}

// Unavailable is the page for a database that does not answer. It keeps the decision that was being
// posted.
type Unavailable struct {
	RequestID string
	NoRoom    bool        // the database answers, but its disk is full
	ReadOnly  bool        // the database answers, but accepts no writes
	Decision  *Unrecorded // nil if nothing was being decided
	// the database failed while it recorded the decision, so it may have recorded it
	Uncertain bool
}

// title says what is wrong with the database.
func (m Unavailable) title() string {
	if m.NoRoom {
		return "Countersign’s database has no room"
	}
	if m.ReadOnly {
		return "Countersign’s database takes no writes"
	}
	return "Countersign cannot reach its database"
}

// Unrecorded is a posted decision that could not be recorded. It holds the form's own values,
// except the comment, which the shell keeps.
type Unrecorded struct {
	Callback callbacks.ID
	Outcome  string
	Seen, At string
	Sends    string // what the page told: whether the signature decides
	Answer   callbacks.Answer
	Fields   form.Posted // of the outcomes' forms
}

// statusOr is the number of an error page.
func statusOr(status, usual int) string {
	if status == 0 {
		status = usual
	}
	return strconv.Itoa(status)
}

// forbiddenTitle says what kind of thing is not allowed, given the code of the refusal.
func forbiddenTitle(m Forbidden) string {
	switch m.Code {
	case "requester":
		return "You cannot decide your own request"
	case "unknown", "unannounced":
		return "Nobody can decide this yet"
	case "unverified":
		return "Your sign-in does not show that this is not your request"
	case "group":
		return "You are in none of the groups that must sign this"
	case "too_often":
		return "You have signed this too often"
	case "acts_for_requester", "acts_for_excluded":
		return "You act for somebody who may not sign this"
	case "delegator_groups_old":
		return "The groups of the person you act for are not known"
	case "queue", "stated":
		return "You can see this, but not decide it"
	case "origin":
		return "This came from another site"
	}
	return "Your role does not allow this"
}

func unrecordedText(m Unavailable) string {
	if m.Uncertain {
		return "The connection broke while your signature was being recorded, so it may be. Try again: it counts once, however often you do."
	}
	return "Nothing was decided. What you typed is below and goes with the next try."
}

func unrecordedState(m Unavailable) string {
	if m.Uncertain {
		return "Perhaps recorded"
	}
	return "Not recorded, not sent"
}

func unchangedText(m Unavailable) string {
	if m.Uncertain {
		return "The connection broke while a change was being recorded, so it may be. Look before you try again."
	}
	return "Nothing was changed. Heartbeats of open reviews cannot go out meanwhile."
}

// NoRole says why a signed-in person has no role.
type NoRole struct {
	Why string // one sentence of ours about their groups; empty if we do not know
}

func noRoleWords(s Shell) string {
	if s.Support == "" {
		return "Ask whoever runs Countersign here for one."
	}
	return "Ask " + s.Support + " for one."
}

func failureWords(s Shell) string {
	if s.Support == "" {
		return "Try again. If it keeps happening, give whoever runs Countersign the request ID below."
	}
	return "Try again. If it keeps happening, give " + s.Support + " the request ID below."
}

// backPath returns an address to continue with; without one, that of the inbox.
func backPath(a Address) string {
	if a.Path == "" {
		return "/"
	}
	return a.String()
}

// signInPath returns the path that leads back to the callback after a sign-in.
func signInPath(id callbacks.ID) string {
	if id == "" {
		return "/signin"
	}
	return "/signin?return=" + url.QueryEscape("/callbacks/"+string(id))
}

// fieldNames are clearer names for filters whose name in an address differs from their label.
var fieldNames = map[string]string{
	"q": "Search", "from": "Ends from", "to": "Ends before", "received_from": "Received from", "received_to": "Received to",
}

// fieldName returns the place of a fault in words.
func fieldName(pointer string) string {
	if name, ok := fieldNames[pointer]; ok {
		return name
	}
	return words.Capital(pointer)
}
