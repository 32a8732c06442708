package printable

import (
	"strings"
	"unicode"
)

// HasInk reports whether a text is visible on a page: whether it has a character that is not blank,
// not invisible, and not an accent without a letter.
func HasInk(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(unseen, r)
	})
}

// Invisible reports whether a character takes no space in a text: it has no shape and is not a
// blank either.
func Invisible(r rune) bool { return unicode.Is(unseen, r) && !unicode.IsSpace(r) }
