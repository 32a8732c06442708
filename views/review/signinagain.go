package review

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// SignInAgain is the page for a person who cannot act because their groups were read too long ago.
type SignInAgain struct {
	Age, Limit time.Duration // of their groups
	// label of the outcome that was not sent; empty if nothing was being decided
	Tried string
	// the statement of who asks that was not recorded; empty for another form
	Asker  desk.Statement
	Return views.Address // where to continue after the sign-in
}

// title says what the sign-in is for.
func (m SignInAgain) title() string {
	if m.Tried != "" {
		return "Sign in again to sign"
	}
	return "Sign in again to go on"
}

// why states the rule and how far it was missed.
func (m SignInAgain) why() string {
	what := "this"
	if m.Tried != "" {
		what = "a signature"
	}
	return "Your groups were read " + ageOfGroups(m.Age) + " ago, and " + what + " needs groups that were read within " + words.Duration(m.Limit) + "."
}

// wrote returns what the reader entered about who asks, field by field.
func (m SignInAgain) wrote() []views.KeptField { return AskerDraft{Statement: m.Asker}.Kept() }

// kept says what happens to the reader's input.
func (m SignInAgain) kept(s views.Shell) string {
	switch {
	case s.Kept != "":
		return "Nothing was recorded. Your comment and your choice are there again after the sign-in."
	case len(m.wrote()) > 0 || len(s.KeptFields) > 0:
		return "Nothing was recorded. What you wrote is there again after the sign-in."
	case m.Tried != "":
		return "Nothing was recorded. Your choice is there again after the sign-in."
	}
	return "Nothing was recorded."
}

// earlyGroups is how long before the groups become too old the page says so. If the limit is short,
// that is a quarter of it. Groups are read again at half the limit, so a reader who need not sign
// in never sees the notice.
func earlyGroups(limit time.Duration) time.Duration { return min(10*time.Minute, limit/4) }

// groupsNote says that the reader soon has to sign in again to sign; it is empty if they need not.
// Once their groups are too old, the bar says so.
func groupsNote(s views.Shell, m Review) string {
	if m.FreshUntil.IsZero() || m.Refused != nil || m.Callback.State != callbacks.Pending {
		return ""
	}
	limit := m.FreshUntil.Sub(s.Viewer.GroupsReadAt)
	if m.FreshUntil.Sub(s.Moment.Now) > earlyGroups(limit) {
		return ""
	}
	return "Your groups were read " + ageOfGroups(s.Moment.Since(s.Viewer.GroupsReadAt)) + " ago; after " +
		words.Duration(limit) + " you sign in again to sign."
}

// ageOfGroups formats an age without the seconds once it is a minute.
func ageOfGroups(age time.Duration) string {
	if age >= time.Minute {
		age = age.Truncate(time.Minute)
	}
	return words.Duration(age)
}
