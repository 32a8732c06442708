package doctor

import (
	"fmt"
	"io"
	"strings"

	"countersign/internal/printable"
)

// write prints a section: a line for each finding, with the steps to take below it.
func (s Section) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", printable.Brief(s.Title, maxText))
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "  %-8s %s\n", f.Level, printable.Brief(f.Text, maxText))
		for _, step := range f.Do {
			fmt.Fprintf(&b, "  %-8s → %s\n", "", printable.Brief(step, maxText))
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// maxText bounds each text of the report, in runes, because text from outside may be long. A cut
// one ends in "…".
const maxText = 600
