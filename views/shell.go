package views

import (
	"countersign/internal/callbacks"
	"countersign/views/words"
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

// ThemeCookie is the name of the cookie in which a page's script keeps the theme that its reader
// chose.
const ThemeCookie = "theme"

// Theme is a theme that a reader may choose, or nothing for what their system says. Names come from
// a cookie.
func Theme(name string) string {
	switch name {
	case "light", "dark":
		return name
	}
	return ""
}

// Shell is what stands around every page. A page for nobody in particular (sign-in, or an error
// before the reader is known) leaves Viewer empty and gets no navigation.
type Shell struct {
	Moment  words.Moment
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

// SupportWords is whom to ask, as a sentence; empty when nobody was named.
func SupportWords(s Shell) string {
	if s.Support == "" {
		return ""
	}
	return "Ask " + s.Support + "."
}

// Sample is something that a visitor of the demo can start: a request, or a drill, which makes
// Lambda misbehave.
type Sample struct {
	Name  string // what the form posts
	Title string
	Drill bool
}

// phoneTitle says in one line what the sample does, where there is no menu around it.
func (s Sample) phoneTitle() string {
	if s.Drill {
		return "Drill: " + s.Title
	}
	return "Start: " + s.Title
}
