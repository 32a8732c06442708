// Package words says what the domain holds as values: states, decisions and their endings, people,
// clocks, times and amounts. What only one page says is in the package of that page.
package words

import (
	"strings"

	"countersign/internal/callbacks"
)

// Title is what a callback is called on the page. Unnamed ones keep the words of the execution.
func Title(c *callbacks.Callback) string {
	if t := strings.TrimSpace(c.Title); t != "" {
		return t
	}
	if c.Name != "" {
		return "Unnamed callback " + c.Name
	}
	return "Unnamed callback"
}

// ShortTitle is the callback in few words.
func ShortTitle(c *callbacks.Callback) string {
	const longest = 48
	runes := []rune(Title(c))
	if len(runes) <= longest {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:longest])) + "…"
}

// Unnamed reports a callback whose sender gave it no title.
func Unnamed(c *callbacks.Callback) bool { return strings.TrimSpace(c.Title) == "" }

// Requester is who asks, as far as the sender said.
func Requester(c *callbacks.Callback) string {
	if s := c.Requester.String(); s != "" {
		return s
	}
	return "requester unknown"
}

// Scope is a list as the navigation calls it.
func Scope(s callbacks.Scope) string {
	switch s {
	case callbacks.ScopeMine:
		return "Mine"
	case callbacks.ScopeAttention:
		return "Needs attention"
	case callbacks.ScopeHistory:
		return "History"
	case callbacks.ScopeAll:
		return "All callbacks"
	case callbacks.ScopeAvailable:
	}
	return "Available"
}

// NeverAnnounced reports a callback of which only the history speaks.
func NeverAnnounced(c *callbacks.Callback) bool { return c.Source == callbacks.SourceDiscovery }
