package printable

import (
	"strings"
	"unicode"
)

// HasInk reports whether a text leaves a mark on a page: a character that is neither a blank, nor
// invisible, nor an accent without a letter.
func HasInk(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(unseen, r)
	})
}

// Invisible reports whether a character takes no place in a text: one without a shape that is no
// blank between words either.
func Invisible(r rune) bool { return unicode.Is(unseen, r) && !unicode.IsSpace(r) }
