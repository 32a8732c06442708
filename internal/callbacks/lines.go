package callbacks

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"countersign/internal/printable"
)

// tidyLine makes a title as people see it. It removes invisible characters that keyboards and
// programs leave behind by accident, and keeps direction marks and joiners where a script needs
// them. A character that controls a terminal or turns the text is refused: refused is that
// character and place its position in the text.
func tidyLine(text string) (tidy string, refused rune, place int) {
	if before, _, found := strings.Cut(text, lostText); found {
		return "", utf8.RuneError, utf8.RuneCountInString(before) + 1
	}
	var b strings.Builder
	at := 0
	for _, run := range printable.Runs(strings.Trim(text, " \t\r\n\ufeff"), printable.Line) {
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
func original(run printable.Run) string {
	if run.Hidden {
		return string(run.Char)
	}
	return run.Text
}

// isMark reports whether a character only hints at a direction.
func isMark(r rune) bool { return r == '\u200e' || r == '\u200f' || r == '\u061c' }

// harms reports whether an invisible character does harm: it ends the line, controls a terminal, or
// turns the text after it.
func harms(run printable.Run) bool {
	r := run.Char
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point) || r == utf8.RuneError || utf16.IsSurrogate(r) ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r >= '\ufff9' && r <= '\ufffb'
}

// unseen returns the first character of a line that people could not see, and its place; ok is
// false if there is none.
func unseen(line string) (r rune, place int, ok bool) {
	at := 0
	for _, run := range printable.Runs(line, printable.Line) {
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

// hasUnseen reports whether a line has a character that people could not see.
func hasUnseen(line string) bool {
	_, _, found := unseen(line)
	return found
}

// checkLine adds a fault for a character that has no place in a line that people base a decision
// on.
func checkLine(at, line string, faults *Invalid) {
	if r, place, found := unseen(line); found {
		faults.Add(at, "%s", unseenFault(r, place))
	}
}

// NameLine turns a stranger's name into one that an announcement may have.
func NameLine(name string) string {
	var b strings.Builder
	for _, run := range printable.Runs(strings.ReplaceAll(name, lostText, " "), printable.Line) {
		if run.Hidden && run.Char != '⟨' {
			b.WriteByte(' ')
		} else {
			b.WriteString(original(run))
		}
	}
	return printable.Clip(b.String(), maxName)
}

// unseenFault tells a sender which character is invisible, and where it is.
func unseenFault(r rune, place int) string {
	return fmt.Sprintf("character %d is %s: people cannot see it, leave it out", place, printable.Name(r))
}
