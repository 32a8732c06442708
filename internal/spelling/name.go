package spelling

import (
	"slices"
	"strings"
	"unicode"
)

// Same compares two texts that may be subjects, addresses, user names or names.
func Same(a, b string) bool {
	if strings.TrimSpace(a) == "" || strings.TrimSpace(b) == "" {
		return false
	}
	if Spaced(folded(a)) == Spaced(folded(b)) {
		return true
	}
	keyA, okA := AddressKey(a)
	keyB, okB := AddressKey(b)
	if okA || okB {
		return okA && okB && keyA == keyB
	}
	return nameKey(a) != "" && nameKey(a) == nameKey(b)
}

// nameKey is a name by its words in any order, so that "Calloway, Ines" equals "Ines Calloway". It
// leaves out text in parentheses and the channel of the request ("via Slack").
func nameKey(s string) string {
	s, _, _ = strings.Cut(folded(s), " via ")
	for {
		before, rest, open := strings.Cut(s, "(")
		_, after, closed := strings.Cut(rest, ")")
		if !open || !closed {
			break
		}
		s = before + " " + after
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// Spaced returns a text with single spaces between its words.
func Spaced(s string) string { return strings.Join(strings.Fields(s), " ") }
