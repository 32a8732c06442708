package strictyaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes bounds a file. It is far above what a person writes.
const MaxBytes = 1 << 20

// cleanText checks the characters of a file before YAML is read from it. It returns the text with
// the line ends of Unix.
func (d *Document) cleanText(text []byte) string {
	switch {
	case len(text) > MaxBytes:
		d.Fault("", "the file is larger than %d KiB: is it the right one?", MaxBytes>>10)
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		d.Fault("", "the file is UTF-16: save it as UTF-8")
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		d.Fault("", "the file begins with a byte order mark: save it as UTF-8 without one")
	}
	if len(d.faults) > 0 {
		return ""
	}
	line := 0
	for rest := range bytes.Lines(text) {
		line++
		rest = bytes.TrimSuffix(bytes.TrimSuffix(rest, []byte("\n")), []byte("\r"))
		if column, what := badCharacter(rest); what != "" {
			d.faults = append(d.faults, Fault{Place{line, column}, "", what})
			return "" // the rest is likely to be no text either
		}
		indent := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 && len(indent) < len(rest) {
			d.faults = append(d.faults, Fault{Place{line, tab + 1}, "",
				"the line is indented with a tab: YAML wants spaces"})
		}
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// badCharacter finds the first character of a line that no text has.
func badCharacter(line []byte) (column int, what string) {
	for column = 1; len(line) > 0; column++ {
		r, size := utf8.DecodeRune(line)
		switch {
		case r == utf8.RuneError && size == 1:
			return column, fmt.Sprintf("the byte %#02x is not UTF-8: save the file as UTF-8", line[0])
		case r == 0:
			return column, "a NUL byte: the file is damaged, or not completely written"
		case r == '\r':
			return column, "a carriage return without a line feed: save the file with the line ends of Unix"
		case r != '\t' && unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return column, fmt.Sprintf("the control character %U: remove it", r)
		}
		line = line[size:]
	}
	return 0, ""
}
