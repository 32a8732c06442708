package readquota

import (
	"math"
	"time"

	"countersign/internal/callbacks"
)

// Quota counts the requests by which executions are read in one lane, over all replicas: AWS
// throttles them for the whole account, and what the desk takes is missing elsewhere.
type Quota struct {
	Lane callbacks.Lane
	Rate float64 // requests a second, as the last request was allowed
	// PaidUntil is when all requests so far are paid for at that rate (the generic cell rate
	// algorithm).
	PaidUntil   time.Time
	PausedUntil time.Time // AWS throttled us: no request before; zero or past when it did not
	Strikes     int       // how often in a row it did

	Minute time.Time // that Used counts in
	Used   int
	Before int // used in the minute before
}

// Times of a pause after throttling.
const (
	firstPause = 2 * time.Second
	longPause  = time.Minute
	maxPause   = 15 * time.Minute // however long AWS asks for
)

// longestDebt is for how long requests may be owed that were made before they were paid for. Who
// goes on beyond it pays no more.
const longestDebt = 10 * time.Second

// take spends so many requests, or says when they may be made. A second's worth of requests may go
// out at once, and another second's worth of urgent ones: what they have taken in advance the
// others wait for.
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

// charge notes requests that were made without asking.
func (b *Quota) charge(now time.Time, rate float64, many int) {
	cost, burst := price(rate)
	b.mind(now, burst)
	b.PaidUntil = callbacks.Earliest(callbacks.Latest(b.PaidUntil, now).Add(cost*time.Duration(many)), now.Add(mostOwed(burst)))
	b.turn(now)
	b.Used += many
}

// price is what a request costs at a rate, and what may be spent at once: a second's worth.
func price(rate float64) (cost, burst time.Duration) {
	cost = time.Duration(float64(time.Second) / rate)
	return cost, cost * time.Duration(max(math.Floor(rate), 1))
}

// mostOwed is how far in the future everything may be paid for: what is farther comes of a clock
// that has been set back since.
func mostOwed(burst time.Duration) time.Duration { return max(2*burst, longestDebt) }

// mind forgets what a clock noted that was ahead: else nobody would read until it is as late again.
func (b *Quota) mind(now time.Time, burst time.Duration) {
	if b.PaidUntil.After(now.Add(mostOwed(burst))) {
		b.PaidUntil = now.Add(burst)
	}
	b.PausedUntil = callbacks.Earliest(b.PausedUntil, now.Add(maxPause))
}

// turn begins a new minute of the count where the last one is over.
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

// Spent is how many requests were made in the last minute: what is counted now and the share of the
// minute before that is not yet over.
func (b Quota) Spent(now time.Time) int {
	b.turn(now)
	left := 1 - float64(now.Sub(b.Minute))/float64(time.Minute)
	return b.Used + int(math.Round(float64(b.Before)*left))
}

// backOff stops all requests for a while: as long as AWS asks for, up to [maxPause], and longer
// each time in a row. The answer to a request that was under way when the pause began is not
// another time.
func (b *Quota) backOff(now time.Time, retryAfter time.Duration) {
	var pause time.Duration
	if !b.Throttled(now) {
		pause = min(firstPause<<min(b.Strikes, 5), longPause)
		b.Strikes++
	}
	b.PausedUntil = callbacks.Latest(b.PausedUntil, now.Add(max(pause, min(retryAfter, maxPause))))
}

// Throttled reports whether AWS has asked for a pause that is not over.
func (b Quota) Throttled(now time.Time) bool { return now.Before(b.PausedUntil) }
