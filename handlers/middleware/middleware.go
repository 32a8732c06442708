// Package middleware has what surrounds a handler, whatever it answers: headers, host and origin of
// a request, bounds of time and size, and what becomes of a panic. It knows no route, page or
// session. Package handlers decides which route gets what.
package middleware

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// requestTimeout bounds the work for one request. A database that takes longer counts as one that
// does not answer.
const requestTimeout = 10 * time.Second

// Timeout ends the context of a request that takes too long.
func Timeout(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// Compress compresses pages. It must not surround a stream, because compressors hold events back.
var Compress = middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1 << 10, Level: gzip.BestSpeed})

// Recover turns a panic into an error, so that it gets a page and a line in the log.
func Recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if cause, ok := r.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
				panic(r) // the server's own way to drop a connection
			}
			err = errors.Join(err, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}()
		return next(c)
	}
}
