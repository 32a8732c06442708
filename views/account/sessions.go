package account

import (
	"countersign/internal/callbacks"
	"countersign/views/untrusted"
)

// Sessions is a page of sessions: the reader's own, or everybody's.
type Sessions struct {
	All   bool
	List  []callbacks.Session // the latest sign-in first
	This  callbacks.ID        // that of the reader
	Query callbacks.SessionQuery
	Next  string // where the next page begins; empty on the last
}

// others reports whether there may be a session of the reader beside this one.
func (m Sessions) others() bool {
	return !m.All && (len(m.List) > 1 || m.Next != "" || m.Query.After != nil)
}

// endPath is where the form that ends a session is posted.
func (m Sessions) endPath(id callbacks.ID) string {
	if m.All {
		return "/admin/sessions/" + string(id) + "/end"
	}
	return "/sessions/" + string(id) + "/end"
}

// browserWords are the name of a browser, which may have given none.
func browserWords(s callbacks.Session) string {
	if s.Browser == "" {
		return "Unknown browser"
	}
	return s.Browser
}

// endLabel tells one button from another for whoever hears them. Names are isolated, for they may
// run to the left.
func (m Sessions) endLabel(s callbacks.Session) string {
	label := "End " + untrusted.Attribute(browserWords(s))
	if m.All {
		label += " of " + untrusted.Attribute(s.Name)
	}
	return label
}
