package views

import (
	"slices"
	"strings"

	"countersign/internal/desk"
	"countersign/views/words"
)

// navEntry is an entry of the navigation. Short is its name for narrow screens.
type navEntry struct {
	Place             Place
	Name, Short, Icon string
	Path              string
	Count             Count
}

// inboxEntries returns the lists of the inbox. A person without a role has none.
func inboxEntries(s Shell) []navEntry {
	if !s.Viewer.Roles.Any() {
		return nil
	}
	entry := func(scope desk.Scope, short, icon string, count Count) navEntry {
		path := "/"
		if scope != desk.ScopeAvailable {
			path = "/?scope=" + string(scope)
		}
		return navEntry{Place: InboxPlace(scope), Name: words.Scope(scope), Short: short, Icon: icon, Path: path, Count: count}
	}
	return []navEntry{
		entry(desk.ScopeAvailable, "Available", "inbox", s.Counts.Available),
		entry(desk.ScopeMine, "Mine", "user", s.Counts.Mine),
		entry(desk.ScopeAttention, "Attention", "warn", s.Counts.Attention),
		entry(desk.ScopeHistory, "History", "hist", Count{}),
	}
}

// recordEntries returns what the navigation has below the lists.
func recordEntries(s Shell) []navEntry {
	if !s.Viewer.Roles.Any() {
		return nil
	}
	return []navEntry{{Place: PlaceRecord, Name: "Decisions", Icon: "pen", Path: "/decisions"}}
}

func adminEntries(s Shell) []navEntry {
	if !s.Viewer.Roles.SeesAll() {
		return nil
	}
	entries := []navEntry{
		{Place: PlaceAdmin, Name: "All callbacks", Icon: "table", Path: "/admin/callbacks", Count: s.Counts.All},
		{Place: PlaceWatches, Name: "Functions", Icon: "search", Path: "/admin/watches"},
		{Place: PlacePolicies, Name: "Policies", Icon: "shield", Path: "/admin/policies"},
		{Place: PlaceChannels, Name: "Channels", Icon: "bell", Path: "/admin/channels", Count: s.Counts.Channels},
		{Place: PlaceConfig, Name: "Configuration", Icon: "plug", Path: "/admin/configuration"},
		{Place: PlaceAudit, Name: "Audit", Icon: "list", Path: "/audit"},
	}
	if s.Viewer.Roles.Admin {
		entries = append(entries, navEntry{Place: PlaceSessions, Name: "Sessions", Icon: "key", Path: "/admin/sessions"})
	}
	return entries
}

// Destination is a page that a reader may go to, with the keys that lead there.
type Destination struct {
	Name, Icon, Path string
	Keys             []string
}

// Places are the pages of the navigation that the reader may open, and their own.
func Places(s Shell) (all []Destination) {
	for _, e := range slices.Concat(inboxEntries(s), recordEntries(s), adminEntries(s)) {
		all = append(all, Destination{e.Name, e.Icon, e.Path, goKeys[e.Place]})
	}
	return append(all, Destination{Name: "Saved views", Icon: "saved", Path: SavedPath}, Destination{Name: "Your settings", Icon: "user", Path: "/settings"}, Destination{Name: "Your sessions", Icon: "key", Path: "/sessions"})
}

// goKeys lead to the lists; app.js implements them.
var goKeys = map[Place][]string{
	InboxPlace(desk.ScopeAvailable): {"G", "A"}, InboxPlace(desk.ScopeMine): {"G", "I"},
	InboxPlace(desk.ScopeAttention): {"G", "N"}, InboxPlace(desk.ScopeHistory): {"G", "H"},
}

// jumpPath is the page on which the reader types where to go. It knows what is open here.
func jumpPath(s Shell) string {
	item := s.Address.Query.Get("item")
	if rest, ok := strings.CutPrefix(s.Address.Path, "/callbacks/"); ok {
		item, _, _ = strings.Cut(rest, "/")
	}
	return Address{Path: "/palette"}.With("item", item).String()
}

// current returns the value of aria-current.
func current(is bool) string {
	if is {
		return "page"
	}
	return "false"
}

// keyHelp lists the keys for the help panel; app.js and bar.js implement them.
var keyHelp = []struct {
	Does string
	Keys []string
}{
	{"Next, previous in the list or of it", []string{"J", "K"}},
	{"Select a row of the list", []string{"X"}},
	{"Select on, row by row", []string{"Shift", "J"}},
	{"Open or close a row that stands for several", []string{"E"}},
	{"Select all of its kind", []string{"Shift", "X"}},
	{"Approve, reject what is selected", []string{"A", "R"}},
	{"Open the whole page", []string{"O"}},
	{"Back to the list", []string{"U"}},
	{"Search", []string{"/"}},
	{"Search or jump anywhere", []string{"Ctrl", "K"}},
	{"Go to Available", []string{"G", "A"}},
	{"Go to Mine", []string{"G", "I"}},
	{"Go to Needs attention", []string{"G", "N"}},
	{"Go to History", []string{"G", "H"}},
	{"Choose and arm Approve; again: confirm", []string{"A", "A"}},
	{"Choose Reject (goes to the comment)", []string{"R"}},
	{"Choose another outcome, or open more ways", []string{"S"}},
	{"Choose one of more ways by its number", []string{"S", "1"}},
	{"Send what is chosen from a field, still two steps", []string{"Ctrl", "Enter"}},
	{"Take it, or take it over", []string{"C"}},
	{"Assign it", []string{"I"}},
	{"Snooze it in your own list", []string{"Z"}},
	{"Payload: tree or raw", []string{"P"}},
	{"Copy the link", []string{"Y"}},
	{"Cancel, choose nothing, leave a field", []string{"Esc"}},
	{"This list", []string{"?"}},
}
