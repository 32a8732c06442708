package views

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"countersign/internal/printable"
)

// printed is text of one line that others had a part in, such as a sentence with their names. What cannot be seen in it is marked.
func printed(text string) templ.Component { return runs(printable.Runs(text, printable.Line)) }

// foreign is a value that somebody else wrote, in a sentence of ours: it has a direction of its own and turns nothing around it.
func foreign(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(tag("<bdi>"), printed(text), tag("</bdi>")).Render(ctx, w)
	})
}

// passage is text of several lines that somebody else wrote. The element around it gives it a direction: dir="auto".
func passage(text string) templ.Component { return runs(printable.Runs(text, printable.Lines)) }

// attribute is text that others had a part in, for an attribute that a person gets to read or hear.
func attribute(text string) string { return printable.String(text, printable.Line) }

// typed is what stands in a text field, to the last character. HTML takes away a line feed at the beginning, so one goes ahead.
func typed(text string) templ.Component { return tag("\n" + templ.EscapeString(text)) }

func tag(html string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	})
}

// runs are pieces of text. Escapes have an element of their own, so that no text can pass for one; those that follow each other share
// it, since a text may be of nothing else. The script that copies puts the characters back.
func runs(list []printable.Run) templ.Component {
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

// isolated is a foreign name in a sentence that is one string: it turns nothing around it.
func isolated(name string) string { return printable.Isolate(strings.TrimSpace(name)) }
