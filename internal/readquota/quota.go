package readquota

import (
	"math"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Quota counts the requests that read executions in one lane, over all replicas. AWS throttles them
// for the whole account, so other clients lack what the desk takes.
type Quota struct {
	Lane arn.Lane
	Rate float64 // requests a second, as of the last request
	// PaidUntil is the time at which the rate has covered all requests so far (the generic cell
	// rate algorithm).
	PaidUntil time.Time
	// AWS throttled us: no request before this time; zero or past if it did not
	PausedUntil time.Time
	Strikes     int // how often in a row AWS throttled us

	Minute time.Time // the minute that Used counts in
	Used   int
	Before int // used in the previous minute
}

// Times of a pause after throttling.
const (
	firstPause = 2 * time.Second
	longPause  = time.Minute
	maxPause   = 15 * time.Minute // however long AWS asks for
)

// take spends the given number of requests, or returns when they may be made. A second's worth of
// requests may go out at once, and another second's worth if they are urgent. Others wait until the
// rate has covered what urgent ones took in advance.
func (b *Quota) take(now time.Time, rate float64, many int, u Urgency) (at time.Time, ok bool) {
	b.Rate = rate
	cost, burst := price(rate)
	b.mind(now, burst)
	if now.Before(b.PausedUntil) {
		return b.PausedUntil, false
	}
	if now.Sub(b.PausedUntil) > longPause {
		b.Strikes = 0
	}
	if u == Urgent {
		burst *= 2
	}
	paid := callbacks.Latest(b.PaidUntil, now).Add(cost * time.Duration(many))
	if start := paid.Add(-burst); start.After(now) {
		return start, false
	}
	b.PaidUntil = paid
	b.turn(now)
	b.Used += many
	return now, true
}

// price returns the cost of one request at a rate, and how much may be spent at once: a second's
// worth.
func price(rate float64) (cost, burst time.Duration) {
	cost = time.Duration(float64(time.Second) / rate)
	return cost, cost * time.Duration(max(math.Floor(rate), 1))
}

// mind drops a PaidUntil that a fast clock wrote, because it is farther ahead than urgent requests
// take it; otherwise nobody could read until our clock has caught up.
func (b *Quota) mind(now time.Time, burst time.Duration) {
	if b.PaidUntil.After(now.Add(2 * burst)) {
		b.PaidUntil = now.Add(burst)
	}
	b.PausedUntil = callbacks.Earliest(b.PausedUntil, now.Add(maxPause))
}

// turn begins a new minute of the count if the last one is over.
func (b *Quota) turn(now time.Time) {
	minute := now.Truncate(time.Minute)
	if minute.Equal(b.Minute) {
		return
	}
	b.Before = 0
	if minute.Sub(b.Minute) == time.Minute {
		b.Before = b.Used
	}
	b.Minute, b.Used = minute, 0
}

// Spent is how many requests were made in the last minute: the current count, plus the share of the
// previous minute that is less than a minute old.
func (b Quota) Spent(now time.Time) int {
	b.turn(now)
	left := 1 - float64(now.Sub(b.Minute))/float64(time.Minute)
	return b.Used + int(math.Round(float64(b.Before)*left))
}

// backOff stops all requests for a while: for as long as AWS asks, up to [maxPause], and for longer
// each time in a row. A 429 to a request that was under way when the pause began does not count
// again.
func (b *Quota) backOff(now time.Time, retryAfter time.Duration) {
	var pause time.Duration
	if !b.Throttled(now) {
		pause = min(firstPause<<min(b.Strikes, 5), longPause)
		b.Strikes++
	}
	b.PausedUntil = callbacks.Latest(b.PausedUntil, now.Add(max(pause, min(retryAfter, maxPause))))
}

// Throttled reports whether a pause after a 429 of AWS is still on.
func (b Quota) Throttled(now time.Time) bool { return now.Before(b.PausedUntil) }
