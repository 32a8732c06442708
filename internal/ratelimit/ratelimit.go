// Package ratelimit bounds how often each of many keys may do something: a source that posts, an
// address that signs in or guesses, a person whose pages report.
//
// It counts within one process. What a key stands for is the caller's business.
package ratelimit

import (
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// maxKeys is how many keys are remembered; the one that was quiet longest is forgotten first.
const maxKeys = 10_000

// Limiter lets each key have a burst of events at once and a rate of them for long. It is safe for
// concurrent use.
type Limiter struct {
	rate    rate.Limit
	burst   int
	buckets *lru.Cache[string, *rate.Limiter] // of tokens, one for each event
}

// Error says that a key has used up its limit, and when its next event is welcome.
type Error struct{ RetryAfter time.Duration }

func (e *Error) Error() string {
	return fmt.Sprintf("too many at once, the next one is welcome in %s", e.RetryAfter)
}

// New allows each key a burst of events and so many a second afterwards. Both must be above zero.
func New(perSecond float64, burst int) *Limiter {
	buckets, err := lru.New[string, *rate.Limiter](maxKeys)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &Limiter{rate: rate.Limit(perSecond), burst: burst, buckets: buckets}
}

// Take counts one event of a key, or returns an *[Error] and counts none.
func (l *Limiter) Take(key string, now time.Time) error {
	bucket := l.bucket(key)
	if bucket.AllowN(now, 1) {
		return nil
	}
	return &Error{RetryAfter: max(l.wait(bucket, now), time.Microsecond)}
}

// Check returns an *[Error] when Take would, and counts nothing.
func (l *Limiter) Check(key string, now time.Time) error {
	if wait := l.wait(l.bucket(key), now); wait > 0 {
		return &Error{RetryAfter: wait}
	}
	return nil
}

// Charge counts one event that has happened already. A key that has nothing left goes into debt, so
// that many events at once cost as much as one after the other. The debt is at most one more burst:
// a key comes back soon after its flood has ended.
func (l *Limiter) Charge(key string, now time.Time) {
	if bucket := l.bucket(key); bucket.TokensAt(now) > float64(-l.burst) {
		bucket.ReserveN(now, 1)
	}
}

// bucket finds or makes the bucket of a key, full at first.
func (l *Limiter) bucket(key string) *rate.Limiter {
	if known, ok := l.buckets.Get(key); ok {
		return known
	}
	fresh := rate.NewLimiter(l.rate, l.burst)
	if earlier, ok, _ := l.buckets.PeekOrAdd(key, fresh); ok {
		return earlier
	}
	return fresh
}

// wait is how long it takes until a bucket has a token for one event.
func (l *Limiter) wait(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	return max(time.Duration(missing/float64(l.rate)*float64(time.Second)).Round(time.Microsecond), 0)
}
