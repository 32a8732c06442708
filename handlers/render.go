package handlers

import (
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/views/words"
)

// render writes a component. It renders into memory first, so that a fault can still become an
// error page, and even when the request's time is up, because the page may have to say so.
func render(c echo.Context, status int, component templ.Component) error {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := component.Render(context.WithoutCancel(c.Request().Context()), b); err != nil {
		return fmt.Errorf("render %s: %w", c.Path(), err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// moment is now and the reader's time zone.
func (s *server) moment(c echo.Context) words.Moment {
	return words.Moment{Now: s.Now(), Zone: zone(c)}
}

const zoneKey = "zone"

// zone is the reader's time zone, which their browser sends in a cookie. Loading it reads a file,
// so a request does that once.
func zone(c echo.Context) *time.Location {
	if known, ok := c.Get(zoneKey).(*time.Location); ok {
		return known
	}
	told := words.Zone(cookie(c, words.ZoneCookie))
	c.Set(zoneKey, told)
	return told
}

// cookie is the value of a cookie, empty for none.
func cookie(c echo.Context, name string) string {
	kept, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return kept.Value
}
