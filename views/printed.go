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

// runs are pieces of text. An escape has an element of its own, so that no text can pass for one; the script that copies puts
// the character back.
func runs(list []printable.Run) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, r := range list {
			if err := writeRun(w, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeRun(w io.Writer, r printable.Run) error {
	html := templ.EscapeString(r.Text)
	if r.Hidden {
		html = `<span class="esc">` + html + `</span>`
	}
	_, err := io.WriteString(w, html)
	return err
}

// isolated is a foreign name in a sentence that is one string: it turns nothing around it.
func isolated(name string) string { return printable.Isolate(strings.TrimSpace(name)) }
