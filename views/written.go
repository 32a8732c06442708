package views

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
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

// written is text that must stand as it is, to the last space, as templates do not promise it inside a <pre>.
func written(spans []span) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, s := range spans {
			text := templ.EscapeString(s.Text)
			if s.Class != "" {
				text = `<span class="` + s.Class + `">` + text + `</span>`
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
}
