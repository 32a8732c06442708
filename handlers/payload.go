package handlers

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/payload"
)

// payload sends a whole payload, or a branch of it, as a text file, so that no browser renders it.
func (s *server) payload(c echo.Context) error {
	id := callbackOf(c)
	_, content, err := s.Service.Content(c.Request().Context(), s.person(c), id)
	if err != nil {
		return err
	}
	value, ok := payload.Value(content.Payload, c.QueryParam("at"))
	if !ok || len(value) == 0 {
		return callbacks.ErrNotFound
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="payload-`+url.PathEscape(string(id))+`.txt"`)
	return c.Blob(http.StatusOK, echo.MIMETextPlainCharsetUTF8, value)
}

// payloadTree shows a branch of a payload, or what a search found in it, on a page of its own.
// Other pages load parts of it.
func (s *server) payloadTree(c echo.Context) error {
	p := query.Parameters{Values: c.QueryParams()}
	m := payload.Payload{At: p.Text("at"), Search: p.Text("q"), List: s.origin(c).Whole().Address()}
	if from := p.Values.Get("from"); from != "" {
		var err error
		if m.From, err = strconv.Atoi(from); err != nil || m.From < 0 {
			p.Faults.Add("from", "Not a number.")
		}
	}
	if err := p.Faults.Err(); err != nil {
		return err
	}
	var content callbacks.Content
	var err error
	if m.Callback, content, err = s.Service.Content(c.Request().Context(), s.person(c), callbackOf(c)); err != nil {
		return err
	}
	if m.Document = content.Payload; !m.Found() {
		return callbacks.ErrNotFound
	}
	shell, err := s.shell(c, place(s.origin(c)), views.Address{Path: reviewPath(c)})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, payload.Page(shell, m))
}
