package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pictographs are the blocks with characters that may be part of an emoji.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00A9, 0x00A9, 1}, {0x00AE, 0x00AE, 1}, {0x203C, 0x203C, 1}, {0x2049, 0x2049, 1}, {0x2122, 0x2122, 1}, {0x2139, 0x2139, 1},
		{0x2190, 0x21FF, 1}, {0x2300, 0x23FF, 1}, {0x24C2, 0x24C2, 1}, {0x25A0, 0x27BF, 1}, {0x2934, 0x2935, 1}, {0x2B00, 0x2BFF, 1},
		{0x3030, 0x3030, 1}, {0x303D, 0x303D, 1}, {0x3297, 0x3297, 1}, {0x3299, 0x3299, 1},
	},
	R32: []unicode.Range32{{0x1F000, 0x1FAFF, 1}},
}

func pictographic(r rune) bool { return unicode.Is(pictographs, r) }

// joinsEmoji reports whether a joiner between two texts makes a single picture of them.
func joinsEmoji(before, after string) bool {
	return pictographic(last(strings.TrimSuffix(before, string(emojiStyle)))) && pictographic(first(after))
}

// flag returns the length of the flag of a region, such as Scotland's, that begins at i: a black
// flag, tags that spell the region, and the tag that ends it. It is 0 if none begins there. So tags
// elsewhere, which can carry a hidden text, are shown.
func (t *text) flag(i int) int {
	const black, end = "\U0001F3F4", 0xE007F
	if t.form == Apart || !strings.HasPrefix(t.s[i:], black) {
		return 0
	}
	n := len(black)
	for tags := 0; tags <= 6; tags++ {
		r, size := utf8.DecodeRuneInString(t.s[i+n:])
		n += size
		switch {
		case r == end && tags >= 3:
			return n
		case r >= 0xE0030 && r <= 0xE0039, r >= 0xE0061 && r <= 0xE007A:
		default:
			return 0
		}
	}
	return 0
}
