package handlers

import (
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/views/words"
)

// render writes a component. It is made in memory first, so that a fault in it can still become an
// error page; it is made even when the request's time is up, since that is what the page may have
// to tell.
func render(c echo.Context, status int, component templ.Component) error {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := component.Render(context.WithoutCancel(c.Request().Context()), b); err != nil {
		return fmt.Errorf("render %s: %w", c.Path(), err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// moment is now, on the clock of the reader.
func (s *server) moment(c echo.Context) words.Moment {
	return words.Moment{Now: s.Now(), Zone: zone(c)}
}

const zoneKey = "zone"

// zone is where the reader's clock is: their browser tells it by a cookie. It comes from a file, so
// a request looks it up once.
func zone(c echo.Context) *time.Location {
	if known, ok := c.Get(zoneKey).(*time.Location); ok {
		return known
	}
	told := words.Zone(cookie(c, words.ZoneCookie))
	c.Set(zoneKey, told)
	return told
}

// cookie is what a browser keeps under a name, empty for nothing.
func cookie(c echo.Context, name string) string {
	kept, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return kept.Value
}
