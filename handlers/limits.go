package handlers

import (
	"github.com/labstack/echo/v4"

	"countersign/internal/clientip"
	"countersign/internal/inflight"
	"countersign/internal/ratelimit"
)

const (
	// signInsPerSecond and signInBurst bound the sign-ins of one address. Many people sit behind
	// one address and come at nine, but each stays for a day.
	signInsPerSecond = 1
	signInBurst      = 60
	// signsPerSecond and signBurst bound the signs of life of one person's reviews. A review lives
	// for 30 seconds without one, so nobody ever has more than 180 open: 60 that began at once, and
	// 4 a second for 30 seconds.
	signsPerSecond = 4
	signBurst      = 60
	// revealsPerSecond and revealBurst bound the masked values that one person reveals. Somebody who
	// checks a request needs few; a script that collects values needs many.
	revealsPerSecond = 0.2
	revealBurst      = 30
	// previewsPerSecond and previewBurst bound the previews of one request that one person asks for, and
	// their presses. Typing pauses once a second at most, and not for long; a script that tries out
	// answers needs many.
	previewsPerSecond = 1
	previewBurst      = 90
	// selectionsPerSecond and selectionBurst bound the presses of one person that read a selection of
	// many requests.
	selectionsPerSecond = 0.5
	selectionBurst      = 30
	// searchesPerSecond and searchBurst bound the searches for people of one person, who chooses a
	// delegate. A script that lists everybody needs many.
	searchesPerSecond = 0.2
	searchBurst       = 30
	// jumpsPerSecond and jumpBurst bound the searches of one person who types where to go.
	jumpsPerSecond = 2
	jumpBurst      = 60
	// testsPerSecond and testBurst bound the tests that one person sends over the desk's channels.
	testsPerSecond = 0.1
	testBurst      = 5
	// maxInFlight bounds the bodies of forms that are worked on at once, and those of webhooks, in
	// bytes. One address may use a quarter of it: 8 MiB are some hundred usual bodies.
	maxInFlight = 32 << 20
)

// Limits bound what people and senders may do at once. Handlers that follow each other in one
// process share them.
type Limits struct {
	signIns *ratelimit.Limiter // by address
	reviews *ratelimit.Limiter // signs of life of open reviews, by person
	reveals *ratelimit.Limiter // of masked values, by person
	// of an answer, by person and request
	previews *ratelimit.Limiter
	tests    *ratelimit.Limiter // of channels, by person
	search   *ratelimit.Limiter // for people, by person
	jumps    *ratelimit.Limiter // searches of the palette, by person
	// of many requests, by person
	selections *ratelimit.Limiter
	streams    streamCounts
	// bodies of people's forms, so that a flood of webhooks leaves them alone
	forms    *inflight.Bodies
	messages *inflight.Bodies // bodies of webhooks
}

// NewLimits makes limits that nobody has used yet.
func NewLimits() *Limits {
	return &Limits{
		signIns: ratelimit.New(signInsPerSecond, signInBurst),
		reviews: ratelimit.New(signsPerSecond, signBurst), reveals: ratelimit.New(revealsPerSecond, revealBurst),
		previews:   ratelimit.New(previewsPerSecond, previewBurst),
		selections: ratelimit.New(selectionsPerSecond, selectionBurst),
		search:     ratelimit.New(searchesPerSecond, searchBurst),
		jumps:      ratelimit.New(jumpsPerSecond, jumpBurst),
		tests:      ratelimit.New(testsPerSecond, testBurst), streams: streamCounts{of: map[string]int{}},
		forms:    inflight.New(maxInFlight, maxInFlight/4),
		messages: inflight.New(maxInFlight, maxInFlight/4),
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

// limitPreviews bounds the previews and presses of a person for one request.
func limitPreviews(next func(*server, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error {
		if err := s.previews.Take(s.person(c).ID+" "+string(callbackOf(c)), s.Now()); err != nil {
			return err
		}
		return next(s, c)
	}
}

// limitJumps bounds the searches of a person who types where to go.
func limitJumps(next func(*server, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error {
		if err := s.jumps.Take(s.person(c).ID, s.Now()); err != nil {
			return err
		}
		return next(s, c)
	}
}
