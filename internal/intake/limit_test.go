package intake_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/intake"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	at := now
	limiter := intake.NewLimiter(2, 3, func() time.Time { return at })
	take := func(sender string, want time.Duration) {
		t.Helper()
		var got time.Duration
		if err := limiter.Take(sender); err != nil {
			limit, ok := errors.AsType[*intake.LimitError](err)
			if !ok {
				t.Fatal(err)
			}
			got = limit.RetryAfter
		}
		if got != want {
			t.Errorf("%s waits %s, want %s", sender, got, want)
		}
	}
	for range 3 {
		take("payments", 0)
	}
	take("payments", 500*time.Millisecond)
	take("payments", 500*time.Millisecond) // a refused message costs nothing
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

// TestLimiterGiveBack: what was taken in advance for what did not count is there again, and never more than the burst.
func TestLimiterGiveBack(t *testing.T) {
	t.Parallel()
	limiter := intake.NewLimiter(1, 2, clock)
	for range 10 {
		if err := limiter.Take("192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		limiter.GiveBack("192.0.2.1")
	}
	limiter.GiveBack("192.0.2.1")
	let := 0
	for limiter.Take("192.0.2.1") == nil {
		let++
	}
	if let != 2 {
		t.Errorf("%d messages were let in, want the burst of 2", let)
	}
}

// Ten thousand senders are remembered; the next one pushes out the one that was quiet longest.
func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	limiter := intake.NewLimiter(1, 1, clock)
	take := func(i int) bool { return limiter.Take(strconv.Itoa(i)) == nil }
	for i := range 10_000 {
		take(i)
	}
	if take(0) { // moves it to the front
		t.Fatal("the first sender was forgotten too early")
	}
	if !take(10_000) {
		t.Error("a new sender was refused")
	}
	if take(0) || take(2) {
		t.Error("a sender was forgotten who was not the quietest")
	}
	if !take(1) {
		t.Error("the quietest sender was not forgotten")
	}
}

func TestLimiterConcurrently(t *testing.T) {
	t.Parallel()
	limiter := intake.NewLimiter(1, 50, clock)
	var let atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				if limiter.Take("payments") == nil {
					let.Add(1)
				}
			}
		})
	}
	group.Wait()
	if n := let.Load(); n != 50 {
		t.Errorf("%d messages were let in, want 50", n)
	}
}
