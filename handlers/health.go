package handlers

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

// pingTimeout is how long readiness waits for the database: less than probes usually wait for us.
const pingTimeout = 800 * time.Millisecond

// healthy answers as long as the process lives: a restart does not mend a database that is away.
func (s *server) healthy(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready answers whether requests should be sent here. It does not ask the identity provider,
// because people who are signed in can work without it.
func (s *server) ready(c echo.Context) error {
	if s.Stopping != nil && s.Stopping() {
		return c.String(http.StatusServiceUnavailable, "stopping\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), pingTimeout)
	defer cancel()
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("%w: %w", callbacks.ErrUnavailable, err)
	}
	if s.Reloads != nil && s.Reloads().Problem != nil {
		return c.String(http.StatusOK, "ready, but the configuration has changed and is wrong: "+
			"the version before stays in force; the log says why\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// file serves scripts, styles and pictures.
func (s *server) file(c echo.Context) error {
	s.Static.ServeHTTP(c.Response(), c.Request())
	return nil
}
