package views

import (
	"net/url"
	"strconv"

	"countersign/internal/callbacks"
)

// Place is the entry of the navigation that a page belongs to.
type Place string

// The places outside the lists of the inbox, which are named by their scope.
const (
	PlaceAdmin    Place = "admin"
	PlaceWatches  Place = "watches"
	PlaceAudit    Place = "audit"
	PlaceSessions Place = "sessions" // everybody's
	PlaceNone     Place = ""
)

// InboxPlace is the place of a list of the inbox.
func InboxPlace(scope callbacks.Scope) Place { return Place(scope) }

// ThemeCookie is the name of the cookie in which a page's script keeps the theme that its reader chose.
const ThemeCookie = "theme"

// Theme is a theme that a reader may choose, or nothing for what their system says. Names come from a cookie.
func Theme(name string) string {
	switch name {
	case "light", "dark":
		return name
	}
	return ""
}

// Shell is what stands around every page. A page for nobody in particular (sign-in, or an error before the reader is
// known) leaves Viewer empty and gets no navigation.
type Shell struct {
	Moment  Moment
	Viewer  callbacks.Person
	Place   Place
	Counts  Counts
	Samples []Sample // the demo's; empty elsewhere
	Address Address  // of this page: what the live re-read gets
	Theme   string   // that the reader chose; empty for their system's
	Version string   // of Countersign
	Support string   // whom to ask: an address or a sentence from the configuration; may be empty
	Kept    string   // the comment of a decision that was refused; error pages give it back
}

// SignedIn reports whether the reader is known.
func (s Shell) SignedIn() bool { return s.Viewer.ID != "" }

// Counts are the numbers beside the navigation.
type Counts struct {
	Available, Mine, Attention Count
	All                        Count // pending in every queue; for admins and auditors
}

// Count is how many there are, or that there are at least so many. The zero Count is not shown.
type Count struct {
	n      int
	more   bool
	exists bool
}

// Bounded is the count that came out of counting up to limit.
func Bounded(n, limit int) Count {
	if n >= limit {
		return Count{n: limit - 1, more: true, exists: true}
	}
	return Count{n: n, exists: true}
}

// Known reports whether anything was counted.
func (c Count) Known() bool { return c.exists }

// Zero reports whether it is known that there are none.
func (c Count) Zero() bool { return c.exists && c.n == 0 }

// String is "17", or "99+" where counting stopped at 100, or nothing.
func (c Count) String() string {
	switch {
	case !c.exists:
		return ""
	case c.more:
		return strconv.Itoa(c.n) + "+"
	}
	return strconv.Itoa(c.n)
}

// Sample is something that a visitor of the demo can start: a request, or a drill, which makes Lambda misbehave.
type Sample struct {
	Name  string // what the form posts
	Title string
	Drill bool
}

// Address is where a page lives: its path and its query as the handler understood it, without the parameters that it
// ignored.
type Address struct {
	Path  string
	Query url.Values
}

// String is the address as a link.
func (a Address) String() string {
	if len(a.Query) == 0 {
		return a.Path
	}
	return a.Path + "?" + a.Query.Encode()
}

// With is the address with parameters set, given as pairs of name and value. An empty value removes the parameter.
func (a Address) With(pairs ...string) Address {
	query := clone(a.Query)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			query.Del(pairs[i])
		} else {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return Address{Path: a.Path, Query: query}
}

// At is the address with the same query under another path.
func (a Address) At(path string) Address { return Address{Path: path, Query: a.Query} }

func clone(values url.Values) url.Values {
	copied := make(url.Values, len(values))
	for name, list := range values {
		copied[name] = append([]string(nil), list...)
	}
	return copied
}

// phoneTitle says in one line what the sample does, where there is no menu around it.
func (s Sample) phoneTitle() string {
	if s.Drill {
		return "Drill: " + s.Title
	}
	return "Start: " + s.Title
}
