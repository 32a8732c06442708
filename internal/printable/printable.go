package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Form says which layout characters of a text are kept.
type Form int

const (
	// Line is text of one line: line ends and tabs are marked.
	Line Form = iota
	// Lines is text of several lines: line ends, also CR LF, and tabs are kept.
	Lines
	// Exact is bytes that must be seen as they are: line feeds and tabs are kept, each carriage
	// return is marked.
	Exact
	// Apart is a name that must not look like another one: every invisible character is marked, in
	// every script, and so is every blank except the plain space.
	Apart
)

// Run is a piece of text that is shown as it is, or one character that is shown as an escape.
type Run struct {
	Text   string // as it is shown
	Hidden bool   // Text is an escape that stands for Char
	Char   rune   // the character, or [utf8.RuneError] for a byte that is not UTF-8
}

// Bytes returns the length of the run in the original text.
func (r Run) Bytes() int {
	switch {
	case !r.Hidden:
		return len(r.Text)
	case r.Char == utf8.RuneError && strings.HasPrefix(r.Text, string(opening)+"0x"):
		return 1
	case utf16.IsSurrogate(r.Char):
		return 3
	}
	return utf8.RuneLen(r.Char)
}

// Runs splits a text into runs, in reading order.
func Runs(text string, form Form) []Run {
	if plain(text) {
		if text == "" {
			return nil
		}
		return []Run{{Text: text}}
	}
	var runs []Run
	shown := 0 // text before this index is in runs
	t := newText(text, form)
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = decode(text[i:])
		if n := t.flag(i); n > 0 {
			size = n // a flag is shown or escaped as a whole
			continue
		}
		if !t.hides(i, r, size) && !imitates(text[i:]) {
			continue
		}
		if shown < i {
			runs = append(runs, Run{Text: text[shown:i]})
		}
		runs = append(runs, Run{Text: mark(text[i], r, size), Hidden: true, Char: r})
		shown = i + size
	}
	if shown < len(text) {
		runs = append(runs, Run{Text: text[shown:]})
	}
	return runs
}

// String returns a text with its escapes written out, for places without markup: attributes,
// terminals, logs.
func String(text string, form Form) string {
	runs := Runs(text, form)
	if len(runs) == 1 {
		return runs[0].Text
	}
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.Text)
	}
	return b.String()
}

// JSON rewrites a JSON document so that invisible characters are \u escapes. Programs read the same
// values from it.
func JSON(document []byte) []byte {
	if plain(string(document)) {
		return document
	}
	var b []byte
	for _, run := range Runs(string(document), Line) {
		switch {
		case !run.Hidden:
			b = append(b, run.Text...)
		case run.Char < ' ': // between two values
			b = utf8.AppendRune(b, run.Char)
		default:
			for _, unit := range utf16.Encode([]rune{run.Char}) {
				b = fmt.Appendf(b, `\u%04x`, unit)
			}
		}
	}
	return b
}

// Fold returns text from outside as one line of at most longest runes, to be stored. White space of
// any length becomes one space, and so do controls. Invisible characters stay, because code that
// shows the line marks them.
func Fold(text string, longest int) string {
	const room = 8 // the bytes of a rune at most, and as many for space that is folded
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(Cut(text, longest*room), ""))
	return Clip(strings.Join(strings.Fields(text), " "), longest)
}

// Brief returns text from outside as one line of at most longest runes, for logs and terminals,
// which show whatever they get.
func Brief(text string, longest int) string {
	return Clip(String(Fold(text, longest), Line), longest)
}

// Clip cuts a text to at most longest runes. If it cuts, the last rune is "…".
func Clip(text string, longest int) string {
	if len(text) <= longest || utf8.RuneCountInString(text) <= longest {
		return text
	}
	n := 0
	for i := range text {
		if n++; n == longest {
			return text[:i] + "…"
		}
	}
	return text
}

// Cut returns the beginning of a text, at most so many bytes, up to the last whole character.
func Cut(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	for end := bytes; end > bytes-utf8.UTFMax && end > 0; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:bytes]
}

// Hidden returns the characters of a text that are shown as escapes, each once, in the order of the
// text.
func Hidden(text string, form Form) []rune {
	if plain(text) {
		return nil
	}
	var found []rune
	seen := map[rune]bool{}
	for _, r := range Runs(text, form) {
		if r.Hidden && r.Char != opening && !seen[r.Char] {
			seen[r.Char] = true
			found = append(found, r.Char)
		}
	}
	return found
}

// Code returns a character as it is written in an escape: "U+202E".
func Code(r rune) string { return fmt.Sprintf("U+%04X", r) }

// decode reads a character. Half of a surrogate pair, which JSON can hold as a \u escape, also
// counts as a character; it has the three bytes that [AppendHalf] writes.
func decode(text string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 && len(text) > 2 && text[0] == 0xED && text[1]&0xE0 == 0xA0 && text[2]&0xC0 == 0x80 {
		return 0xD000 | rune(text[1]&0x3F)<<6 | rune(text[2]&0x3F), 3
	}
	return r, size
}

// AppendHalf appends half of a surrogate pair in a form that is shown as an escape, because it is
// not a character.
func AppendHalf(b []byte, half rune) []byte {
	return append(b, 0xED, 0x80|byte(half>>6&0x3F), 0x80|byte(half&0x3F))
}

const opening, closing = '⟨', '⟩'

// imitates reports whether a text begins like an escape. Its bracket is then escaped, so that
// nobody can write an escape.
func imitates(text string) bool {
	return strings.HasPrefix(text, "⟨U+") || strings.HasPrefix(text, "⟨0x")
}

func mark(first byte, r rune, size int) string {
	if r == utf8.RuneError && size == 1 {
		return fmt.Sprintf("%c0x%02X%c", opening, first, closing)
	}
	return string(opening) + Code(r) + string(closing)
}

// plain reports whether a text is printable ASCII, as almost every text is.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
