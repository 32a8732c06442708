package discovery

import (
	"slices"
	"strings"
)

// Exception leaves out callbacks of a watched function that are not for people, such as those that
// machines answer. A callback is left out if a pattern matches its name or subtype, or that of the
// context directly around it. In a pattern, * stands for any text. An announced callback is never
// left out.
type Exception struct {
	Watch           Watch // as configured
	Names, Subtypes []string
}

// matches reports whether the exception covers a callback.
func (x Exception) matches(s Started) bool {
	return matchesAny(x.Names, s.Name, s.Own.Name, s.Around.Name) || matchesAny(x.Subtypes, s.Own.SubType, s.Around.SubType)
}

// matchesAny reports whether a pattern matches a text. An empty text, such as a missing name,
// matches no pattern.
func matchesAny(patterns []string, texts ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return text != "" && matchesPattern(pattern, text) })
	})
}

// matchesPattern takes time proportional to the text for each star, because pattern and text come
// from different people, and neither of them may make the match slow.
func matchesPattern(pattern, text string) bool {
	first, rest, starred := strings.Cut(pattern, "*")
	text, begins := strings.CutPrefix(text, first)
	if !starred || !begins {
		return begins && text == ""
	}
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// leavesOut reports whether the operator does not want a callback of a watched function at the
// desk. A function that is named beside [EveryFunction] has only the exceptions of its own line, as
// it has that line's queue.
func (d *search) leavesOut(w Watch, s Started) bool {
	return slices.ContainsFunc(d.exceptions, func(x Exception) bool {
		return d.speaksOf(x.Watch, w) && x.matches(s)
	})
}

// speaksOf reports whether what is configured for a line of the configuration holds for a watched
// function.
func (d *search) speaksOf(line, w Watch) bool {
	return w.isOf(line) || line.Function == EveryFunction && line.Lane() == w.Lane() && !slices.ContainsFunc(d.watches, w.isOf)
}

// isOf reports whether two watches watch the same function.
func (w Watch) isOf(other Watch) bool { return w.Name() == other.Name() && w.Lane() == other.Lane() }
