package review

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// SignInAgain is the page of somebody whose groups were read too long ago for what they wanted to
// do.
type SignInAgain struct {
	Age, Limit time.Duration // of their groups
	// label of the outcome that was not sent; empty when nothing was being decided
	Tried  string
	Asker  callbacks.Statement // of who asks, that was not recorded; empty for another form
	Return views.Address       // where to go on after the sign-in
}

// title names what the sign-in is for.
func (m SignInAgain) title() string {
	if m.Tried != "" {
		return "Sign in again to decide"
	}
	return "Sign in again to go on"
}

// why is the rule and how it was missed.
func (m SignInAgain) why() string {
	what := "this"
	if m.Tried != "" {
		what = "a decision"
	}
	return "Your groups were read " + ageOfGroups(m.Age) + " ago, and " + what + " needs groups that were read within " + words.Duration(m.Limit) + "."
}

// wrote is what was typed into the form of who asks, field by field.
func (m SignInAgain) wrote() (fields []askerField) {
	for _, f := range (AskerDraft{Statement: m.Asker}).fields() {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// kept says what becomes of what was typed.
func (m SignInAgain) kept(s views.Shell) string {
	switch {
	case s.Kept != "":
		return "Nothing was recorded. Your comment and your choice are there again after the sign-in."
	case len(m.wrote()) > 0:
		return "Nothing was recorded. What you wrote is there again after the sign-in."
	case m.Tried != "":
		return "Nothing was recorded. Your choice is there again after the sign-in."
	}
	return "Nothing was recorded."
}

// earlyGroups is how long before groups are too old the page says so. It is sooner where they may
// not grow old: they are read again at half that age, so that nobody reads this who need not sign
// in.
func earlyGroups(limit time.Duration) time.Duration { return min(10*time.Minute, limit/4) }

// groupsNote says that the reader has to sign in again to decide, soon or by now; empty when there
// is nothing to say.
func groupsNote(s views.Shell, m Review) string {
	if m.FreshUntil.IsZero() || m.Refused != nil || m.Callback.State != callbacks.Pending {
		return ""
	}
	read := "Your groups were read " + ageOfGroups(s.Moment.Since(s.Viewer.GroupsReadAt)) + " ago"
	limit := m.FreshUntil.Sub(s.Viewer.GroupsReadAt)
	switch left := m.FreshUntil.Sub(s.Moment.Now); {
	case left <= 0:
		return read + ": to decide, you sign in again. What you typed is kept. This page sends no heartbeats until then."
	case left <= earlyGroups(limit):
		return read + "; after " + words.Duration(limit) + " you sign in again to decide."
	}
	return ""
}

// ageOfGroups is an age to the minute: nobody needs the seconds of hours.
func ageOfGroups(age time.Duration) string {
	if age >= time.Minute {
		age = age.Truncate(time.Minute)
	}
	return words.Duration(age)
}
