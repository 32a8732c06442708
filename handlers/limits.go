package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// requestTimeout bounds the work for one request. A database that takes longer counts as one that does not answer.
	requestTimeout = 10 * time.Second
	// signInsPerSecond and signInBurst bound what one address may ask of the OpenID provider: many people sit behind one
	// address and come at nine, but each stays for a day.
	signInsPerSecond = 1
	signInBurst      = 60
)

func withTimeout(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// limitBody makes reading more than max bytes an *http.MaxBytesError.
func limitBody(max int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			r.Body = http.MaxBytesReader(c.Response(), r.Body, max)
			return next(c)
		}
	}
}

// limitSignIn bounds sign-ins per address.
func (s *server) limitSignIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.signIns.Take(neighbourhood(c.RealIP())); err != nil {
			return err
		}
		return next(c)
	}
}

// neighbourhood is what counts as one address: an IPv6 customer has a whole /64 to choose from.
func neighbourhood(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
