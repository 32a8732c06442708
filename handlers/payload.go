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
	value, ok := payload.Value(payload.DocumentOf(&content, false), c.QueryParam("at"))
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
	return s.showPayload(c, m, &content, nil)
}

// showPayload renders the page of a payload, that of the content. revealed is the one value that the
// reader has just revealed, nil for none.
func (s *server) showPayload(
	c echo.Context, m payload.Payload, content *callbacks.Content, revealed *callbacks.Revealed,
) (err error) {
	if m.Document, err = s.document(c, &m.Callback, content); err != nil {
		return err
	}
	if m.Document.Revealed = revealed; !m.Found() {
		return callbacks.ErrNotFound
	}
	shell, err := s.shell(c, place(s.origin(c)), views.Address{Path: reviewPath(c)})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, payload.Page(shell, m))
}

// document is a payload as the request's person may see it.
func (s *server) document(c echo.Context, of *callbacks.Callback, content *callbacks.Content) (payload.Document, error) {
	reveals, err := s.Service.MayReveal(c.Request().Context(), s.person(c), of)
	return payload.DocumentOf(content, reveals), err
}
