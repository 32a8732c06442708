package ratelimit_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/ratelimit"
)

var errWrong = errors.New("a wrong guess")

func succeeds() error { return nil }

func fails() error { return errWrong }

func atStart() time.Time { return start }

// TestTry: what succeeds costs nothing, and what fails as much as an event that was taken.
func TestTry(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 2)
	try := func(trial func() error) error { return limiter.Try(t.Context(), "192.0.2.1", atStart, trial) }
	for range 10 {
		if err := try(succeeds); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := try(fails); !errors.Is(err, errWrong) {
			t.Errorf("%v before the burst of 2 is used up", err)
		}
	}
	if got := waitOf(t, try(func() error { t.Error("tried after the burst"); return nil })); got != time.Second {
		t.Errorf("waits %s after the burst, want 1s", got)
	}
	if got := waitOf(t, limiter.Take("192.0.2.1", start)); got != time.Second {
		t.Errorf("an event waits %s after the burst, want 1s", got)
	}
}

// TestCharge: an event that has happened counts although trials hold all that is left, and what they
// then fail with counts too.
func TestCharge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		trial func() error
		wait  time.Duration
	}{
		"TrialsSucceed": {succeeds, time.Second},
		"TrialsFail":    {fails, 3 * time.Second},
	} {
		limiter := ratelimit.New(1, 2)
		nested := func(trial func() error) error { return limiter.Try(t.Context(), "192.0.2.1", atStart, trial) }
		_ = nested(func() error {
			return errors.Join(nested(func() error {
				limiter.Charge("192.0.2.1", start)
				limiter.Charge("192.0.2.1", start)
				return test.trial()
			}), test.trial())
		})
		if got := waitOf(t, limiter.Take("192.0.2.1", start)); got != test.wait {
			t.Errorf("%s: waits %s, want %s", name, got, test.wait)
		}
	}
	limiter := ratelimit.New(1, 2)
	for range 100 {
		limiter.Charge("192.0.2.1", start)
	}
	if got := waitOf(t, limiter.Take("192.0.2.1", start)); got != 3*time.Second {
		t.Errorf("waits %s after a hundred events, want 3s: nobody owes more than a burst", got)
	}
}

// TestTry_FailuresAtOnce: of many guesses at once, those in the burst are looked at and no more,
// while the first are still under way and after they have failed.
func TestTry_FailuresAtOnce(t *testing.T) {
	t.Parallel()
	const burst, guesses = 5, 200
	limiter := ratelimit.New(1, burst)
	var looked, refused atomic.Int32
	running, barrier := make(chan struct{}, guesses), make(chan struct{})
	var group sync.WaitGroup
	for range guesses {
		group.Go(func() {
			err := limiter.Try(t.Context(), "192.0.2.1", atStart, func() error {
				looked.Add(1)
				running <- struct{}{}
				<-barrier
				return errWrong
			})
			if _, limited := errors.AsType[*ratelimit.Error](err); limited {
				refused.Add(1)
			}
		})
	}
	for range burst {
		<-running
	}
	if err := limiter.Take("192.0.2.1", start); err == nil {
		t.Error("an event was taken that a trial holds")
	}
	close(barrier)
	group.Wait()
	if looked.Load() != burst || refused.Load() != guesses-burst {
		t.Errorf("%d looked at and %d refused of %d, want %d looked at", looked.Load(), refused.Load(), guesses, burst)
	}
}

// TestTry_SuccessesAtOnce: right secrets wait for each other and are all looked at, but never more
// than the burst at once.
func TestTry_SuccessesAtOnce(t *testing.T) {
	t.Parallel()
	const burst, senders = 5, 200
	limiter := ratelimit.New(1, burst)
	var at, most, looked atomic.Int32
	running, barrier := make(chan struct{}, senders), make(chan struct{})
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			err := limiter.Try(t.Context(), "192.0.2.1", atStart, func() error {
				n := at.Add(1)
				for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
				}
				running <- struct{}{}
				<-barrier
				at.Add(-1)
				looked.Add(1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range burst {
		<-running
	}
	close(barrier)
	group.Wait()
	if looked.Load() != senders || most.Load() > burst {
		t.Errorf("%d of %d looked at, %d at once; want all, at most %d at once", looked.Load(), senders, most.Load(), burst)
	}
}

// TestTry_Waits: a wait ends with its context, or when the event it waits for is used up.
func TestTry_Waits(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 1)
	gone, leave := context.WithCancel(t.Context())
	leave()
	err := limiter.Try(t.Context(), "192.0.2.1", atStart, func() error {
		err := limiter.Try(gone, "192.0.2.1", atStart, succeeds)
		if !errors.Is(err, ratelimit.ErrBusy) || !errors.Is(err, context.Canceled) {
			t.Errorf("who left while another is tried gets %v", err)
		}
		return errWrong
	})
	if !errors.Is(err, errWrong) {
		t.Fatal(err)
	}
	if got := waitOf(t, limiter.Try(gone, "192.0.2.1", atStart, succeeds)); got != time.Second {
		t.Errorf("waits %s after a wrong guess, want 1s", got)
	}
}

// TestTry_Panic: a trial that panics has failed, and holds nothing any more.
func TestTry_Panic(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.New(1, 2)
	func() {
		defer func() { _ = recover() }()
		_ = limiter.Try(t.Context(), "192.0.2.1", atStart, func() error { panic("malformed") })
	}()
	if err := limiter.Take("192.0.2.1", start); err != nil {
		t.Errorf("a panic holds its event: %v", err)
	}
	if got := waitOf(t, limiter.Take("192.0.2.1", start)); got != time.Second {
		t.Errorf("a panic is free: the next waits %s", got)
	}
}
