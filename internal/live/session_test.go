package live_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/live"
)

// openIn runs the stream of a session; lasts is how long that says it lasts.
func openIn(t *testing.T, hub *live.Hub, c *connection, session callbacks.ID, lasts func() time.Duration) <-chan error {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
	s := hub.Subscribe(fresh, every)
	s.BelongTo(session, func(context.Context) time.Duration { return lasts() })
	end := make(chan error, 1)
	go func() {
		defer s.Close()
		end <- live.Stream(c, r, s)
	}()
	return end
}

// TestStreamEndsWithItsSession: the page is told to look again, and another's stream goes on.
func TestStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c, other := live.NewHub(time.Now), newConnection(), newConnection()
		hour := func() time.Duration { return time.Hour }
		ended, stays := openIn(t, hub, c, "mine", hour), openIn(t, hub, other, "other", hour)
		c.expect(t, greeting)
		other.expect(t, greeting)
		hub.EndSession("")
		c.expect(t)
		hub.EndSession("mine")
		hub.EndSession("mine")
		if err := <-ended; err != nil {
			t.Error(err)
		}
		c.expect(t, changed(live.Everything))
		other.expect(t)
		hub.Close()
		if err := <-stays; err != nil {
			t.Error(err)
		}
	})
}

// TestStreamLooksAtItsSession: an end that nobody told is found within a minute and a quarter.
func TestStreamLooksAtItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		var over atomic.Bool
		var looks atomic.Int64
		ended := openIn(t, hub, c, "mine", func() time.Duration {
			looks.Add(1)
			if over.Load() {
				return 0
			}
			return time.Hour
		})
		forward(10*time.Minute + time.Second)
		if n := looks.Load(); n < 8 || n > 14 {
			t.Errorf("looked %d times in ten minutes", n)
		}
		over.Store(true)
		began := time.Now()
		if err := <-ended; err != nil || time.Since(began) > 75*time.Second {
			t.Errorf("ended after %v, %v", time.Since(began), err)
		}
	})
}

// TestStreamEndsOnceStale: what the reader may see is looked at with the session. Once it has
// changed, the page is told to look again.
func TestStreamEndsOnceStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		var stale atomic.Bool
		s, end := hub.Subscribe(fresh, every), make(chan error, 1)
		s.BelongTo("mine", func(context.Context) time.Duration { return 20 * time.Second })
		s.EndOnce("rita", func(context.Context) bool { return stale.Load() })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		began := time.Now()
		go func() {
			defer s.Close()
			end <- live.Stream(c, r, s)
		}()
		forward(30 * time.Second)
		c.expectTimes(t, 0, changed(live.Everything))
		stale.Store(true)
		if err := <-end; err != nil || time.Since(began) != 40*time.Second {
			t.Errorf("ended after %v, %v", time.Since(began), err)
		}
		c.expectTimes(t, 1, changed(live.Everything))
	})
}

// TestStreamEndsWithTheRights: pages of the person whose rights changed look again, and so does one
// that was read before and connects afterwards. Others go on.
func TestStreamEndsWithTheRights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub(time.Now)
		begin := func(person string, readAt time.Time) (*connection, <-chan error) {
			c, s, end := newConnection(), hub.Subscribe(readAt, every), make(chan error, 1)
			s.EndOnce(person, func(context.Context) bool { return false })
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
			go func() {
				defer s.Close()
				end <- live.Stream(c, r, s)
			}()
			c.expect(t, greeting)
			return c, end
		}
		delegate, ended := begin("rita", fresh)
		other, stays := begin("otto", fresh)
		read := time.Now()
		forward(time.Second)
		hub.RightsChanged("")
		hub.RightsChanged("rita")
		if err := <-ended; err != nil {
			t.Error(err)
		}
		delegate.expect(t, changed(live.Everything))
		other.expect(t)
		late, _ := begin("rita", read)
		forward(time.Second)
		late.expect(t, changed(live.Everything))
		hub.Close()
		if err := <-stays; err != nil {
			t.Error(err)
		}
	})
}

// TestStreamPoll: a stream that is to look once in an hour looks at nothing in its lifetime.
func TestStreamPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		hub.Poll = time.Hour
		var looks atomic.Int64
		ended := openIn(t, hub, c, "mine", func() time.Duration { looks.Add(1); return 2 * time.Hour })
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if n := looks.Load(); n != 1 {
			t.Errorf("looked %d times at its session, want once at the beginning", n)
		}
		c.expectTimes(t, 0, changed(live.Everything))
	})
}

// TestStreamEndsAtTheEndOfItsSession: it knows when idleness or lifetime ends the session, and
// looks then.
func TestStreamEndsAtTheEndOfItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		end := time.Now().Add(20 * time.Second)
		ended := openIn(t, hub, c, "mine", func() time.Duration { return time.Until(end) })
		if err := <-ended; err != nil || !time.Now().Equal(end) {
			t.Errorf("ended at %v, want %v; %v", time.Now(), end, err)
		}
		c.expectTimes(t, 1, changed(live.Everything))
	})
}

// TestStreamOfNoSession writes nothing, so that its handler can say why.
func TestStreamOfNoSession(t *testing.T) {
	t.Parallel()
	c := newConnection()
	err := <-openIn(t, live.NewHub(time.Now), c, "mine", func() time.Duration { return 0 })
	if !errors.Is(err, live.ErrSessionOver) || c.status != 0 || len(c.writes) != 0 {
		t.Errorf("%v, status %d, wrote %q", err, c.status, c.writes)
	}
}
