package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// write prints a section: a line for each finding, and what to do below it.
func (s Section) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", printable(s.Title))
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "  %-8s %s\n", f.Level, printable(f.Text))
		for _, step := range f.Do {
			fmt.Fprintf(&b, "  %-8s → %s\n", "", printable(step))
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// maxText bounds a line: what others answer may be long.
const maxText = 600

// printable is text of one line that a terminal only shows: answers of other systems are in it.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxText {
		return string(runes[:maxText]) + "…"
	}
	return text
}
