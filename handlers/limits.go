package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/clientip"
	"countersign/internal/inflight"
	"countersign/internal/ratelimit"
)

const (
	// requestTimeout bounds the work for one request. A database that takes longer counts as one
	// that does not answer.
	requestTimeout = 10 * time.Second
	// signInsPerSecond and signInBurst bound the sign-ins of one address. Many people sit behind
	// one address and come at nine, but each stays for a day.
	signInsPerSecond = 1
	signInBurst      = 60
	// signsPerSecond and signBurst bound the signs of life of one person's reviews. A review lives
	// for 30 seconds without one, so nobody ever has more than 180 open: 60 that began at once, and
	// 4 a second for 30 seconds.
	signsPerSecond = 4
	signBurst      = 60
)

// Limits bound what people and senders may do at once. Handlers that follow each other in one
// process share them.
type Limits struct {
	signIns *ratelimit.Limiter // by address
	reviews *ratelimit.Limiter // signs of life of open reviews, by person
	streams streamCounts
	// bodies of people's forms, so that a flood of webhooks leaves them alone
	forms    *inflight.Bodies
	messages *inflight.Bodies // bodies of webhooks
}

// NewLimits makes limits that nobody has used yet.
func NewLimits() *Limits {
	return &Limits{
		signIns: ratelimit.New(signInsPerSecond, signInBurst),
		reviews: ratelimit.New(signsPerSecond, signBurst), streams: streamCounts{of: map[string]int{}},
		forms:    inflight.New(maxInFlight, maxInFlight/4),
		messages: inflight.New(maxInFlight, maxInFlight/4),
	}
}

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

// maxInFlight bounds the bodies of forms that are worked on at once, and those of webhooks, in
// bytes. One address may use a quarter of it: 8 MiB are some hundred usual bodies.
const maxInFlight = 32 << 20

// countBody bounds the bodies that are worked on at once. It answers failures itself, before it
// releases the body, because an error page may be the first to read it.
func countBody(of *inflight.Bodies) echo.MiddlewareFunc {
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

// limitSignIns bounds sign-ins per address.
func limitSignIns(next func(*server, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error {
		if err := s.signIns.Take(clientip.Network(c.RealIP()), s.Now()); err != nil {
			return err
		}
		return next(s, c)
	}
}
