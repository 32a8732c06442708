// Package untrusted puts text that somebody else wrote into pages. It marks what cannot be seen in
// it, keeps its direction to itself, and lets HTML and links through only where a browser does
// nothing else with them.
package untrusted

import (
	"context"
	"io"
	"strings"

	"countersign/internal/printable"

	"github.com/a-h/templ"
)

// Text is text of one line that others had a part in, such as a sentence with their names. What
// cannot be seen in it is marked.
func Text(text string) templ.Component { return Runs(printable.Runs(text, printable.Line)) }

// Value is a value that somebody else wrote, in a sentence of ours: it has a direction of its own
// and turns nothing around it.
func Value(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(templ.Raw("<bdi>"), Text(text), templ.Raw("</bdi>")).Render(ctx, w)
	})
}

// Passage is text of several lines that somebody else wrote. The element around it gives it a
// direction: dir="auto".
func Passage(text string) templ.Component { return Runs(printable.Runs(text, printable.Lines)) }

// Attribute is text that others had a part in, for an attribute that a person gets to read or hear.
func Attribute(text string) string { return printable.String(text, printable.Line) }

// Textarea is what stands in a text field, to the last character. HTML takes away a line feed at
// the beginning, so one goes ahead.
func Textarea(text string) templ.Component { return templ.Raw("\n" + templ.EscapeString(text)) }

// Runs are pieces of text. Escapes have an element of their own, so that no text can pass for one;
// those that follow each other share it, since a text may be of nothing else. The script that
// copies puts the characters back.
func Runs(list []printable.Run) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return writeRuns(w, list) })
}

func writeRuns(w io.Writer, list []printable.Run) error {
	for i, r := range list {
		html := templ.EscapeString(r.Text)
		if r.Hidden && (i == 0 || !list[i-1].Hidden) {
			html = `<span class="esc">` + html
		}
		if r.Hidden && (i == len(list)-1 || !list[i+1].Hidden) {
			html += "</span>"
		}
		if _, err := io.WriteString(w, html); err != nil {
			return err
		}
	}
	return nil
}

// Isolate is a foreign name in a sentence that is one string: it turns nothing around it.
func Isolate(name string) string { return printable.Isolate(strings.TrimSpace(name)) }

// Preformatted is text that must stand as it is inside a <pre>, to the last space, which templates
// do not promise. HTML takes away a line feed at the beginning, so one goes ahead.
func Preformatted(list []printable.Run) templ.Component {
	return templ.Join(templ.Raw("\n"), Runs(list))
}
