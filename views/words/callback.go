// Package words puts the values of the domain into words: states, decisions and endings, people,
// clocks, times and amounts. Words that only one page uses are in the package of that page.
package words

import (
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/untrusted"
)

// Title returns a callback's title on the page. If the sender gave none, it is made from the names
// of the execution.
func Title(c *callbacks.Callback) string {
	if t := strings.TrimSpace(c.Title); t != "" {
		return t
	}
	if c.Name != "" {
		return "Unnamed callback " + c.Name
	}
	return "Unnamed callback"
}

// ShortTitle returns the title in few words.
func ShortTitle(c *callbacks.Callback) string {
	const longest = 48
	runes := []rune(Title(c))
	if len(runes) <= longest {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:longest])) + "…"
}

// Unnamed reports whether the sender gave the callback no title.
func Unnamed(c *callbacks.Callback) bool { return strings.TrimSpace(c.Title) == "" }

// Requester says who asks, as far as the sender told us.
func Requester(c *callbacks.Callback) string {
	if s := c.Requester.String(); s != "" {
		return s
	}
	return "requester unknown"
}

// Origin says which function asks and for whom, as lists show it. Senders need not name the
// function.
func Origin(c *callbacks.Callback) string {
	requester := untrusted.Isolate(Requester(c))
	if strings.TrimSpace(c.Function) == "" {
		return requester
	}
	return untrusted.Isolate(c.Function) + " · " + requester
}

// Scope returns the name of a list in the navigation.
func Scope(s desk.Scope) string {
	switch s {
	case desk.ScopeMine:
		return "Mine"
	case desk.ScopeAttention:
		return "Needs attention"
	case desk.ScopeHistory:
		return "History"
	case desk.ScopeAll:
		return "All callbacks"
	case desk.ScopeAvailable:
	}
	return "Available"
}

// NeverAnnounced reports whether a callback is known only from the history.
func NeverAnnounced(c *callbacks.Callback) bool { return c.Source == callbacks.SourceDiscovery }

// Unconfigured says of a queue that is not configured any more what follows for its requests.
func Unconfigured(queue string) string {
	return "Queue " + queue + " is not configured any more, so nobody can sign."
}
