package middleware

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/clientip"
	"countersign/internal/inflight"
)

// LimitBody makes reading more than max bytes an *http.MaxBytesError.
func LimitBody(max int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			r.Body = http.MaxBytesReader(c.Response(), r.Body, max)
			return next(c)
		}
	}
}

// CountBody bounds the bodies that are worked on at once. If there is no room, the error is
// [inflight.ErrFull]. It answers failures itself, before it releases the body, because an error page
// may be the first to read it.
func CountBody(of *inflight.Bodies) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			body, err := of.Count(clientip.Network(c.RealIP()), r)
			if err == nil {
				defer body.Release()
				err = next(c)
			}
			if err == nil {
				return nil
			}
			if body == nil {
				r.Body = http.NoBody // there is no room for it
			}
			if body == nil || body.Unread() {
				// else net/http waits for the body before it answers
				c.Response().Header().Set("Connection", "close")
			}
			c.Error(err)
			return err
		}
	}
}
