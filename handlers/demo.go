package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
)

// startSample starts one of the demo's samples.
func (s *server) startSample(c echo.Context) error {
	if s.Demo == nil {
		return callbacks.ErrNotFound
	}
	form, err := postForm(c)
	if err != nil {
		return err
	}
	if err := s.Demo.Start(c.Request().Context(), form.Get("sample")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, comingFrom(c.Request()))
}

// comingFrom is our page that held the form, according to the browser.
func comingFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return auth.ReturnPath(u.RequestURI())
}
