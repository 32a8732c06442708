package ratelimit_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/ratelimit"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestLimiter(t *testing.T) {
	t.Parallel()
	at := start
	limiter := ratelimit.New(2, 3)
	take := func(key string, want time.Duration) {
		t.Helper()
		now := func() time.Time { return at }
		if got := waitOf(t, limiter.Try(t.Context(), key, now, succeeds)); got != want {
			t.Errorf("tried, %s waits %s, want %s", key, got, want)
		}
		if got := waitOf(t, limiter.Take(key, at)); got != want {
			t.Errorf("%s waits %s, want %s", key, got, want)
		}
	}
	for range 3 {
		take("payments", 0)
	}
	take("payments", 500*time.Millisecond)
	take("payments", 500*time.Millisecond) // a refused event costs nothing
	take("legal", 0)

	at = at.Add(499 * time.Millisecond)
	take("payments", time.Millisecond)
	at = at.Add(time.Millisecond)
	take("payments", 0)
	take("payments", 500*time.Millisecond)

	at = at.Add(time.Hour) // more than the burst is never saved up
	for range 3 {
		take("payments", 0)
	}
	take("payments", 500*time.Millisecond)
}

// waitOf is how long an error of a limiter asks to wait, zero for none.
func waitOf(t *testing.T, err error) time.Duration {
	t.Helper()
	if err == nil {
		return 0
	}
	limit, ok := errors.AsType[*ratelimit.Error](err)
	if !ok {
		t.Fatal(err)
	}
	return limit.RetryAfter
}

// TestLimiterClockBack: a clock that was set back refuses nobody and fills nothing.
func TestLimiterClockBack(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 2)
	for _, at := range []time.Time{start, start.Add(-time.Hour)} {
		if err := limiter.Take("payments", at); err != nil {
			t.Fatal(err)
		}
	}
	if got := waitOf(t, limiter.Take("payments", start.Add(-time.Hour))); got != time.Second {
		t.Errorf("waits %s, want 1s", got)
	}
}

// Ten thousand keys are remembered; the next one pushes out the one that was quiet longest.
func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 1)
	take := func(i int) bool { return limiter.Take(strconv.Itoa(i), start) == nil }
	for i := range 10_000 {
		take(i)
	}
	if take(0) { // moves it to the front
		t.Fatal("the first key was forgotten too early")
	}
	if !take(10_000) {
		t.Error("a new key was refused")
	}
	if take(0) || take(2) {
		t.Error("a key was forgotten that was not the quietest")
	}
	if !take(1) {
		t.Error("the quietest key was not forgotten")
	}
}

func TestLimiterConcurrently(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 50)
	var let atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				if limiter.Take("payments", start) == nil {
					let.Add(1)
				}
			}
		})
	}
	group.Wait()
	if n := let.Load(); n != 50 {
		t.Errorf("%d events were let in, want 50", n)
	}
}
