package handlers

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// observe numbers, times, counts and logs each request. The log has the path but no query, which
// may hold searches and answers of the OpenID provider. The cause of a failure is in this line and
// nowhere else.
func (s *server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now() // the wall clock measures; Config.Now may stand still
		id := rand.Text()[:16]
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		// for middleware outside the site, which keeps this request; handlers may replace it in c
		c.Request().Pattern = c.Path()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		r, status := c.Request(), c.Response().Status
		if kindOf(c) == webhook {
			s.Metrics.Response(status)
		}
		s.Metrics.Request(c.Path(), r.Method, status, time.Since(began))
		attributes := []slog.Attr{
			slog.String("request_id", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
			slog.Int("status", status), slog.Duration("took", time.Since(began)), slog.Int64("bytes", c.Response().Size),
			slog.String("ip", c.RealIP()),
		}
		if p := s.person(c); p.ID != "" {
			attributes = append(attributes, slog.String("person", p.ID))
		}
		if err != nil {
			attributes = append(attributes, slog.Any("error", err))
		}
		s.Log.LogAttrs(r.Context(), level(status, c.Path(), err), "request", attributes...)
		return nil
	}
}

func level(status int, route string, err error) slog.Level {
	switch {
	case status >= http.StatusInternalServerError && err != nil: // without one, it is readiness during a stop
		return slog.LevelError
	case route == "/healthz" || route == "/readyz" || route == "/static/*":
		return slog.LevelDebug // they come every few seconds and say nothing
	}
	return slog.LevelInfo
}

// requestID is the number of the request in the log.
func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }
