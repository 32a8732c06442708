package printable

import (
	"fmt"
	"unicode/utf16"
)

// names are Unicode's names of the characters that error messages to senders mention.
var names = map[rune]string{
	0x00AD: "soft hyphen", 0x034F: "combining grapheme joiner", 0x061C: "Arabic letter mark", 0x115F: "Hangul choseong filler",
	0x1160: "Hangul jungseong filler", 0x180E: "Mongolian vowel separator", 0x200B: "zero width space", 0x200C: "zero width non-joiner",
	0x200D: "zero width joiner", 0x200E: "left-to-right mark", 0x200F: "right-to-left mark", 0x2028: "line separator",
	0x2029: "paragraph separator", 0x202A: "left-to-right embedding", 0x202B: "right-to-left embedding",
	0x202C: "pop directional formatting", 0x202D: "left-to-right override", 0x202E: "right-to-left override", 0x2060: "word joiner",
	0x2061: "function application", 0x2062: "invisible times", 0x2063: "invisible separator", 0x2064: "invisible plus",
	0x2066: "left-to-right isolate", 0x2067: "right-to-left isolate", 0x2068: "first strong isolate", 0x2069: "pop directional isolate",
	0x2800: "braille pattern blank", 0x3164: "Hangul filler", 0xFEFF: "zero width no-break space", 0xFFA0: "halfwidth Hangul filler",
	0xFFF9: "interlinear annotation anchor", 0xFFFA: "interlinear annotation separator", 0xFFFB: "interlinear annotation terminator",
	0xFFFD: "replacement character",
	0x0000: "null", 0x0007: "bell", 0x0008: "backspace", 0x0009: "tab", 0x000A: "line feed", 0x000B: "line tabulation", 0x000C: "form feed",
	0x000D: "carriage return", 0x001B: "escape", 0x007F: "delete", 0x0085: "next line", 0x009B: "control sequence introducer",
}

// Name returns a character as a message to its sender names it: "U+202E (right-to-left override)".
func Name(r rune) string {
	name, known := names[r]
	switch {
	case known:
	case r < 0x20 || r >= 0x7F && r < 0xA0:
		name = "a control character"
	case utf16.IsSurrogate(r):
		name = "half of a surrogate pair"
	case r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF:
		name = "a variation selector"
	case r >= 0xE0000 && r <= 0xE007F:
		name = "a tag"
	default:
		name = "an invisible character"
	}
	return fmt.Sprintf("%s (%s)", Code(r), name)
}
