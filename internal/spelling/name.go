package spelling

import (
	"slices"
	"strings"
	"unicode"
)

// Spelled is a text that may be a subject, an address, a user name or a name, in the forms by which
// it is compared with others.
type Spelled struct {
	text    string // in one case, with single spaces
	address string // the key of the one address that it is, or else empty
	name    string // see nameKey
	blank   bool
}

// Spell prepares a text for comparisons. That is what a comparison costs.
func Spell(s string) Spelled {
	all := Spelled{text: Spaced(folded(s)), blank: strings.TrimSpace(s) == ""}
	if all.address, _ = AddressKey(s); all.address == "" {
		all.name = nameKey(s)
	}
	return all
}

// Same reports whether two texts may be the same one, written differently. A blank text is the same
// as none.
func (a Spelled) Same(b Spelled) bool {
	switch {
	case a.blank || b.blank:
		return false
	case a.text == b.text:
		return true
	case a.address != "" || b.address != "":
		return a.address == b.address
	}
	return a.name != "" && a.name == b.name
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
