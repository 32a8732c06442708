package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/live"
	"countersign/internal/ratelimit"
)

// events tells a page which callbacks changed, of those that its reader may see. The stream ends
// when the session ends, when delegations change what the reader may see, and after a while in any
// case. The browser then connects again, and its rights are checked again. The query says when the
// page was read (since, Unix milliseconds), so that changes before the stream was open are told
// too.
func (s *server) events(c echo.Context) error {
	p := s.person(c)
	reader, err := s.Service.Signer(c.Request().Context(), p)
	if err != nil {
		return err
	}
	since := s.Now()
	if ms, err := strconv.ParseInt(c.QueryParam("since"), 10, 64); err == nil {
		since = time.UnixMilli(ms)
	}
	if !s.streams.enter(p.ID) {
		return &ratelimit.Error{RetryAfter: streamsFull}
	}
	defer s.streams.leave(p.ID)
	sub := s.Hub.Subscribe(since, s.Service.Hears(reader))
	defer sub.Close()
	sub.EndAfter(s.Replaced)
	sub.EndOnce(reader.ID, s.seesOther(reader))
	sub.BelongTo(s.Auth.SessionID(c.Request().Context()), s.Auth.SessionLasts)
	if err := live.Stream(c.Response(), c.Request(), sub); !errors.Is(err, live.ErrSessionOver) {
		return err
	}
	return errSignIn
}

// seesOther returns a function that reports whether the reader may see other queues than when
// seesOther was called, because a delegation was made or ended, began or ran out. If it cannot read
// that, it reports no change.
func (s *server) seesOther(reader callbacks.Signer) func(context.Context) bool {
	visible := func(r callbacks.Signer) []string {
		names, _ := s.Service.Queues().Visible(r, s.Now())
		return names
	}
	before := visible(reader)
	return func(ctx context.Context) bool {
		after, err := s.Service.Signer(ctx, reader.Person)
		return err == nil && !slices.Equal(before, visible(after))
	}
}

const (
	// maxStreams is how many streams one person may have open in this process. A browser opens one,
	// and nobody has so many browsers. Pages without a stream read again every half a minute.
	maxStreams = 32
	// streamsFull is when to try again.
	streamsFull = 30 * time.Second
)

// streamCounts counts the open streams of each person.
type streamCounts struct {
	mu sync.Mutex
	of map[string]int // by subject, none of whom has none
}

// enter counts one more stream, or returns false when there are too many.
func (s *streamCounts) enter(subject string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[subject] >= maxStreams {
		return false
	}
	s.of[subject]++
	return true
}

func (s *streamCounts) leave(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[subject]--; s.of[subject] == 0 {
		delete(s.of, subject)
	}
}
