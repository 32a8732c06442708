package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// bucket has a token for each event that its key may have. A token that a trial holds is still in
// the bucket, but not free.
type bucket struct {
	mu      sync.Mutex
	tokens  *rate.Limiter
	held    int
	settled chan struct{} // closed when the next trial ends
}

func newBucket(perSecond rate.Limit, burst int) *bucket {
	return &bucket{tokens: rate.NewLimiter(perSecond, burst), settled: make(chan struct{})}
}

// take removes a free token, or returns an *[Error].
func (b *bucket) take(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.until(b.held+1, now); wait > 0 {
		return &Error{RetryAfter: wait}
	}
	b.tokens.AllowN(now, 1)
	return nil
}

// charge removes a token for an event that has happened, also one that a trial holds. The bucket may
// owe as many tokens as it can have.
func (b *bucket) charge(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove(now)
}

// remove removes a token, or lets the bucket owe one.
func (b *bucket) remove(now time.Time) {
	if b.tokens.TokensAt(now) > -float64(b.tokens.Burst()) {
		b.tokens.ReserveN(now, 1)
	}
}

// hold holds a free token for a trial. If other trials hold all that there are, it waits for the end
// of one. If there are none, it returns an *[Error].
func (b *bucket) hold(ctx context.Context, now func() time.Time) error {
	for {
		b.mu.Lock()
		wait, free, settled := b.until(1, now()), b.until(b.held+1, now()) == 0, b.settled
		if free {
			b.held++
		}
		b.mu.Unlock()
		switch {
		case free:
			return nil
		case wait > 0:
			return &Error{RetryAfter: wait}
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
		}
	}
}

// settle ends a trial. It removes the token that the trial held if it failed.
func (b *bucket) settle(failed bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held--
	if failed {
		b.remove(now)
	}
	close(b.settled)
	b.settled = make(chan struct{})
}

// until is how long it takes until the bucket has n tokens, zero or at least a microsecond.
func (b *bucket) until(n int, now time.Time) time.Duration {
	missing := float64(n) - b.tokens.TokensAt(now)
	wait := time.Duration(missing / float64(b.tokens.Limit()) * float64(time.Second))
	if wait <= 0 {
		return 0
	}
	return max(wait.Round(time.Microsecond), time.Microsecond)
}
