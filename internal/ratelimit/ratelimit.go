// Package ratelimit bounds how often each of many keys may do something: a source that posts, an
// address that signs in or guesses, a person whose pages report.
//
// It counts within one process. What a key stands for is the caller's business.
package ratelimit

import (
	"context"
	"errors"
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
	buckets *lru.Cache[string, *bucket]
}

// ErrBusy says that the context of a [Limiter.Try] ended while it waited for other trials.
var ErrBusy = errors.New("other trials of the key did not end in time")

// Error says that a key has used up its limit, and when its next event is welcome.
type Error struct{ RetryAfter time.Duration }

func (e *Error) Error() string {
	return fmt.Sprintf("too many at once, the next one is welcome in %s", e.RetryAfter)
}

// New allows each key a burst of events and so many a second afterwards. Both must be above zero.
func New(perSecond float64, burst int) *Limiter {
	buckets, err := lru.New[string, *bucket](maxKeys)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &Limiter{rate: rate.Limit(perSecond), burst: burst, buckets: buckets}
}

// Take counts one event of a key, or returns an *[Error] and counts none.
func (l *Limiter) Take(key string, now time.Time) error {
	return l.bucket(key).take(now)
}

// Charge counts an event of a key that has happened, even if the key has used up its limit or trials
// hold all that is left of it.
func (l *Limiter) Charge(key string, now time.Time) { l.bucket(key).charge(now) }

// Try runs a trial, which counts as one event of the key only if it fails. It returns the error of
// the trial. Without running it, it returns an *[Error], or an [ErrBusy].
//
// A trial holds an event until it ends, so trials at once fail no more often than trials one after
// the other. If others hold all events, a trial waits for one of them until the context ends: what
// succeeds is never refused because of others that succeed.
func (l *Limiter) Try(ctx context.Context, key string, now func() time.Time, trial func() error) error {
	bucket := l.bucket(key)
	if err := bucket.hold(ctx, now); err != nil {
		return err
	}
	failed := true // if it panics, too
	defer func() { bucket.settle(failed, now()) }()
	err := trial()
	failed = err != nil
	return err
}

// bucket finds or makes the bucket of a key, full at first.
func (l *Limiter) bucket(key string) *bucket {
	if known, ok := l.buckets.Get(key); ok {
		return known
	}
	fresh := newBucket(l.rate, l.burst)
	if earlier, ok, _ := l.buckets.PeekOrAdd(key, fresh); ok {
		return earlier
	}
	return fresh
}
