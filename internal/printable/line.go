package printable

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Tidy makes a title as people see it. It removes invisible characters that keyboards and
// programs leave behind by accident, and keeps direction marks and joiners where a script needs
// them. A character that controls a terminal or turns the text is refused: refused is that
// character and place its position in the text.
func Tidy(text string) (tidy string, refused rune, place int) {
	if before, _, found := strings.Cut(text, lostText); found {
		return "", utf8.RuneError, utf8.RuneCountInString(before) + 1
	}
	var b strings.Builder
	at := 0
	for _, run := range Runs(strings.Trim(text, " \t\r\n\ufeff"), Line) {
		switch {
		case !run.Hidden || run.Text[len("⟨"):] == "U+27E8⟩" || isMark(run.Char):
			b.WriteString(original(run))
		case run.Char == '\t':
			b.WriteByte(' ')
		case harms(run):
			return "", run.Char, at + 1
		}
		at += utf8.RuneCountInString(original(run))
	}
	return strings.TrimSpace(b.String()), 0, 0
}

// lostText is the character that a program puts in place of text it could not read.
const lostText = string(utf8.RuneError)

// original returns the text of a run as it was sent.
func original(run Run) string {
	if run.Hidden {
		return string(run.Char)
	}
	return run.Text
}

// isMark reports whether a character only hints at a direction.
func isMark(r rune) bool { return r == '\u200e' || r == '\u200f' || r == '\u061c' }

// harms reports whether an invisible character does harm: it ends the line, controls a terminal, or
// turns the text after it.
func harms(run Run) bool {
	r := run.Char
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point) || r == utf8.RuneError || utf16.IsSurrogate(r) ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r >= '\ufff9' && r <= '\ufffb'
}

// Unseen returns the first character of a line that people could not see, and its place; ok is
// false if there is none.
func Unseen(line string) (r rune, place int, ok bool) {
	at := 0
	for _, run := range Runs(line, Line) {
		if run.Hidden && !strings.HasSuffix(run.Text, "27E8⟩") {
			return run.Char, at + 1, true
		}
		at += utf8.RuneCountInString(original(run))
	}
	if before, _, found := strings.Cut(line, lostText); found {
		return utf8.RuneError, utf8.RuneCountInString(before) + 1, true
	}
	return 0, 0, false
}

// Blanked is a line with a space in the place of each character that people could not see.
func Blanked(line string) string {
	var b strings.Builder
	for _, run := range Runs(strings.ReplaceAll(line, lostText, " "), Line) {
		if run.Hidden && run.Char != '⟨' {
			b.WriteByte(' ')
		} else {
			b.WriteString(original(run))
		}
	}
	return b.String()
}
