package account

import (
	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/views/untrusted"
)

// Sessions is a page of sessions: the reader's own, or everybody's.
type Sessions struct {
	All   bool
	List  []people.Session // the latest sign-in first
	This  callbacks.ID     // the reader's own session
	Query people.SessionQuery
	Next  string // the start of the next page; empty on the last page
}

// others reports whether the reader may have sessions besides this one.
func (m Sessions) others() bool {
	return !m.All && (len(m.List) > 1 || m.Next != "" || m.Query.After != nil)
}

// endPath returns the path to which the form that ends a session is posted.
func (m Sessions) endPath(id callbacks.ID) string {
	if m.All {
		return "/admin/sessions/" + string(id) + "/end"
	}
	return "/sessions/" + string(id) + "/end"
}

// browserWords returns the name of a session's browser, which may have sent none.
func browserWords(s people.Session) string {
	if s.Browser == "" {
		return "Unknown browser"
	}
	return s.Browser
}

// endLabel is the button's label for screen readers. It names the session, so that the buttons can
// be told apart. Names are isolated, because they may run from right to left.
func (m Sessions) endLabel(s people.Session) string {
	label := "End " + untrusted.Attribute(browserWords(s))
	if m.All {
		label += " of " + untrusted.Attribute(s.Name)
	}
	return label
}
