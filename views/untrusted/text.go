// Package untrusted puts text from other people and programs into pages. It marks invisible
// characters, isolates the direction of the text, and accepts only HTML and links that are safe in
// a browser.
package untrusted

import (
	"context"
	"io"
	"strings"

	"countersign/internal/printable"

	"github.com/a-h/templ"
)

// Text is one line of text that may contain words of others, such as a sentence with their names.
// Its invisible characters are marked.
func Text(text string) templ.Component { return Runs(printable.Runs(text, printable.Line)) }

// Value is a value of others inside a sentence of ours. It has a direction of its own and does not
// change the direction of the text around it.
func Value(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(templ.Raw("<bdi>"), Text(text), templ.Raw("</bdi>")).Render(ctx, w)
	})
}

// Passage is text of several lines that others wrote. The element around it sets its direction:
// dir="auto".
func Passage(text string) templ.Component { return Runs(printable.Runs(text, printable.Lines)) }

// Attribute is text that may contain words of others, for an attribute that a person reads or
// hears.
func Attribute(text string) string { return printable.String(text, printable.Line) }

// Textarea is the content of a text field, unchanged to the last character. HTML drops a line feed
// at the beginning, so Textarea puts one before the text.
func Textarea(text string) templ.Component { return templ.Raw("\n" + templ.EscapeString(text)) }

// Runs shows pieces of text. Escapes have an element of their own, so that ordinary text cannot
// imitate them. Consecutive escapes share one element, because a text may consist of nothing else.
// The script that copies text restores the original characters.
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

// Isolate returns a name from outside, for use in a sentence that is a single string. It does not
// change the direction of the text around it.
func Isolate(name string) string { return printable.Isolate(strings.TrimSpace(name)) }

// Preformatted is text that must stay exactly as it is inside a <pre>, to the last space, which
// templates do not guarantee. HTML drops a line feed at the beginning, so Preformatted puts one
// before the text.
func Preformatted(list []printable.Run) templ.Component {
	return templ.Join(templ.Raw("\n"), Runs(list))
}
