package printable

import "unicode"

// HasInk reports whether a text leaves a mark on a page: a character that is neither a blank, nor invisible, nor an accent without a
// letter.
func HasInk(text string) bool {
	for _, r := range text {
		if !unicode.IsSpace(r) && !unicode.In(r, unseen, unicode.Zs, unicode.Mn, unicode.Me, unicode.Co, unicode.Cf) {
			return true
		}
	}
	return false
}
