package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

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
