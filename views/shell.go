package views

import (
	"strconv"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/words"
)

// Place is the navigation entry that a page belongs to.
type Place string

// The places outside the lists of the inbox, which are named by their scope.
const (
	PlaceAdmin    Place = "admin"
	PlaceWatches  Place = "watches"
	PlaceRecord   Place = "decisions"
	PlaceAudit    Place = "audit"
	PlaceConfig   Place = "configuration"
	PlacePolicies Place = "policies"
	PlaceChannels Place = "channels"
	PlaceSessions Place = "sessions" // everybody's sessions
	PlaceViews    Place = "views"
	PlaceNone     Place = ""
)

// InboxPlace returns the place of a list of the inbox.
func InboxPlace(scope desk.Scope) Place { return Place(scope) }

// ThemeCookie is the name of the cookie in which a script stores the theme that the reader chose.
const ThemeCookie = "theme"

// Theme returns the name if it is a theme that a reader may choose, otherwise "", which means the
// system's theme. Names come from a cookie.
func Theme(name string) string {
	switch name {
	case "light", "dark":
		return name
	}
	return ""
}

// Shell is the frame around every page. A page without a known reader (sign-in, or an error before
// the reader is known) leaves Viewer empty and has no navigation.
type Shell struct {
	Moment  words.Moment
	Origin  string // of the desk, as browsers write it
	Viewer  callbacks.Person
	Place   Place
	Counts  Counts
	Saved   Saved    // views
	Samples []Sample // the demo's; empty elsewhere
	Address Address  // of this page: what the live update requests
	Theme   string   // the reader's choice; empty for the system's theme
	Version string   // of Countersign
	Support string   // whom to ask: an address or a sentence from the configuration; may be empty
	// ConfigAlert tells an admin on their pages that replicas run different versions of the
	// configuration, or refused a newer one; empty elsewhere.
	ConfigAlert string
	// SignersAlert tells an admin there that requests wait which too few people could decide.
	SignersAlert string
	// Concerns is the request that an error page is about; nil if there is none, or if it cannot be read.
	Concerns *callbacks.Callback
	Kept     string // the comment of a decision that was refused; error pages show it again
	// KeptFields are what was typed into another form that was refused.
	KeptFields []KeptField
}

// KeptField is what was typed into one field.
type KeptField struct{ Label, Value string }

// mostInTab is the greatest number that fits a tab.
const mostInTab = 99

// tabName is the name of a page in its tab: "(3 at risk) Available, 9".
func tabName(s Shell, name string) string {
	switch n := s.Counts.AtRisk; {
	case n <= 0:
		return name
	case n > mostInTab:
		return "(" + strconv.Itoa(mostInTab) + "+ at risk) " + name
	default:
		return "(" + strconv.Itoa(n) + " at risk) " + name
	}
}

// zoneWords say in which zone a page shows times.
func zoneWords(s Shell) string { return "Times in " + s.Moment.ZoneName() }

// About returns the frame of an error page about a request.
func (s Shell) About(c *callbacks.Callback) Shell {
	s.Concerns = c
	return s
}

// SignedIn reports whether the reader is known.
func (s Shell) SignedIn() bool { return s.Viewer.ID != "" }

// SupportWords says in a sentence whom to ask; it is empty if nobody was named.
func SupportWords(s Shell) string {
	if s.Support == "" {
		return ""
	}
	return "Ask " + s.Support + "."
}

// Sample is something that a visitor of the demo can start: a request, or a drill that makes Lambda
// misbehave.
type Sample struct {
	Name  string // what the form posts
	Title string
	Drill bool
}

// phoneTitle says in one line what the sample does, for screens without the menu.
func (s Sample) phoneTitle() string {
	if s.Drill {
		return "Drill: " + s.Title
	}
	return "Start: " + s.Title
}
