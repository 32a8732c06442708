package views

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"countersign/internal/printable"
)

// timeLeft is a time with its units printed small.
func timeLeft(d time.Duration) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for i, p := range leftParts(d) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(p.number)
			if p.unit != "" {
				b.WriteString("<small>" + p.unit + "</small>")
			}
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// exactly is text that must stand as it is inside a <pre>, to the last space, which templates do not promise. HTML takes away a
// line feed at the beginning, so one goes ahead.
func exactly(list []printable.Run) templ.Component {
	return templ.Join(tag("\n"), runs(list))
}

// laid is such text in colours.
func laid(spans []span) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		parts := []templ.Component{tag("\n")}
		for _, s := range spans {
			part := runs(printable.Runs(s.Text, printable.Exact))
			if s.Class != "" {
				part = templ.Join(tag(`<span class="`+s.Class+`">`), part, tag("</span>"))
			}
			parts = append(parts, part)
		}
		return templ.Join(parts...).Render(ctx, w)
	})
}
