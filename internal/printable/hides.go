package printable

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// text is a text with what must be known about the whole of it before one character can be judged.
type text struct {
	s        string
	form     Form
	isolates map[int]bool // where an isolate that turns nothing begins or ends
}

func newText(s string, form Form) *text {
	t := &text{s: s, form: form}
	if strings.ContainsFunc(s, func(r rune) bool { return r >= lri && r <= pdi }) {
		t.isolates = closedIsolates(s)
	}
	return t
}

// hides reports whether the character at i must be shown as an escape.
func (t *text) hides(i int, r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1, utf16.IsSurrogate(r):
		return true
	case r == '\n' || r == '\t':
		return t.form == Line || t.form == Apart
	case r == '\r':
		return t.form != Lines || !strings.HasPrefix(t.s[i+1:], "\n")
	case unicode.Is(unseen, r):
		return t.form == Apart || !t.needed(i, r, size)
	case t.form == Apart && r != ' ' && unicode.Is(unicode.Zs, r):
		return true
	}
	return r&0xFFFE == 0xFFFE // not a character
}

// unseen are the characters without a shape of their own: controls, formats, Unicode's
// default-ignorable ones, and a Braille pattern, a note and a hieroglyph that are drawn blank.
// Number signs, of Arabic and others, are formats too, but have a shape.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0000, 0x001F, 1}, {0x007F, 0x009F, 1}, {0x00AD, 0x00AD, 1}, {0x034F, 0x034F, 1}, {0x061C, 0x061C, 1},
		{0x115F, 0x1160, 1}, {0x17B4, 0x17B5, 1}, {0x180B, 0x180F, 1}, {0x200B, 0x200F, 1}, {0x2028, 0x202E, 1},
		{0x2060, 0x206F, 1}, {0x2800, 0x2800, 1}, {0x3164, 0x3164, 1}, {0xFDD0, 0xFDEF, 1}, {0xFE00, 0xFE0F, 1},
		{0xFEFF, 0xFEFF, 1}, {0xFFA0, 0xFFA0, 1}, {0xFFF0, 0xFFFB, 1},
	},
	R32: []unicode.Range32{
		{0x13430, 0x1343F, 1}, {0x13441, 0x13442, 1}, {0x1BCA0, 0x1BCA3, 1}, {0x1D159, 0x1D159, 1}, {0x1D173, 0x1D17A, 1}, {0xE0000, 0xE0FFF, 1},
	},
	LatinOffset: 2,
}

const (
	zwnj, zwj     = '\u200c', '\u200d'
	lrm, rlm, alm = '\u200e', '\u200f', '\u061c'
	textStyle     = '\ufe0e'
	emojiStyle    = '\ufe0f'
)

// needed reports whether the unseen character at i is needed by its neighbours, and turns or hides
// nothing there.
func (t *text) needed(i int, r rune, size int) bool {
	before, after := t.s[:i], t.s[i+size:]
	switch {
	case r == zwj:
		return joinsEmoji(before, after) || joining(last(before)) || joining(base(before)) || joining(first(after)) && last(before) != zwj
	case r == zwnj:
		return (joining(last(before)) || joining(base(before))) && joining(first(after))
	case r == '\u200b':
		return unicode.In(base(before), unspaced...) && unicode.In(first(after), unspaced...)
	case r == lrm, r == rlm, r == alm:
		return agrees(r == lrm, before, after)
	case r >= lri && r <= pdi:
		return t.isolates[i]
	case r == emojiStyle, r == textStyle:
		return pictographic(last(before)) || strings.ContainsRune("0123456789#*", last(before)) && first(after) == '\u20e3'
	case r >= 0xFE00 && r <= 0xFE0D:
		return unicode.In(last(before), unicode.Han, unicode.Sm, unicode.Myanmar, unicode.Phags_Pa, unicode.Manichaean)
	case r >= 0xE0100 && r <= 0xE01EF:
		return unicode.Is(unicode.Han, last(before))
	case r >= 0x180B && r <= 0x180F:
		return unicode.Is(unicode.Mongolian, last(before)) && unicode.IsLetter(last(before))
	case r == '\u034f':
		return unicode.Is(unicode.M, last(before)) && unicode.Is(unicode.M, first(after))
	case r == '\u115f', r == '\u1160':
		return jamo(first(after)) || jamo(last(before))
	case r == '\u2800':
		return unicode.Is(unicode.Braille, last(before)) || unicode.Is(unicode.Braille, first(after))
	case r >= 0x13430 && r <= 0x13442:
		return unicode.Is(unicode.Egyptian_Hieroglyphs, last(before)) || unicode.Is(unicode.Egyptian_Hieroglyphs, first(after))
	case r >= 0x1BCA0 && r <= 0x1BCA3:
		return unicode.Is(unicode.Duployan, last(before))
	}
	return false
}

// joiners are scripts whose letters change their shape beside others, or are separated by an
// invisible character.
var joiners = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Phags_Pa, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Balinese, unicode.Javanese, unicode.Newa,
	unicode.Tirhuta, unicode.Chakma, unicode.Meetei_Mayek, unicode.Grantha, unicode.Sharada,
}

// unspaced are scripts without blanks between words, in which a break has to be written.
var unspaced = []*unicode.RangeTable{unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Javanese, unicode.Balinese}

func joining(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && unicode.In(r, joiners...)
}

func jamo(r rune) bool { return r >= 0x1100 && r <= 0x11FF && r != 0x115F && r != 0x1160 }

// base returns the last character of a text that is not a mark on another one.
func base(text string) rune {
	for range 8 {
		r, size := utf8.DecodeLastRuneInString(text)
		if !unicode.Is(unicode.M, r) {
			return r
		}
		text = text[:len(text)-size]
	}
	return utf8.RuneError
}

func first(text string) rune { r, _ := utf8.DecodeRuneInString(text); return r }
func last(text string) rune  { r, _ := utf8.DecodeLastRuneInString(text); return r }
