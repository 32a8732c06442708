// Package locallambdatest has what tests against the embedded engine need: a clock that the test
// moves, a log of the engine's observations on which a test can wait, a check of the answers to late
// calls, and functions that are processes of their own, in Go and in Node.js.
package locallambdatest

import (
	"sync"
	"time"
)

// Clock is a [timers.Clock] that stands still until it is moved. Make one with [NewClock].
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*timer]struct{}
}

type timer struct {
	at   time.Time
	call func()
}

// NewClock returns a clock that shows the given time.
func NewClock(now time.Time) *Clock {
	return &Clock{now: now, timers: map[*timer]struct{}{}}
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc calls f during the Advance that reaches the time, even if that time is now.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{at: c.now.Add(d), call: f}
	c.timers[t] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := c.timers[t]
		delete(c.timers, t)
		return waiting
	}
}

// Advance moves the clock and makes the calls that become due, in order and each at its own time.
// All calls have returned when Advance returns.
func (c *Clock) Advance(d time.Duration) {
	target := c.Now().Add(d)
	for t := c.next(target); t != nil; t = c.next(target) {
		t.call()
	}
}

// next takes the earliest timer up to target and moves the clock to its time. If there is none, it
// moves the clock to target.
func (c *Clock) next(target time.Time) *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first *timer
	for t := range c.timers {
		if !t.at.After(target) && (first == nil || t.at.Before(first.at)) {
			first = t
		}
	}
	if first == nil {
		c.now = target
		return nil
	}
	delete(c.timers, first)
	if first.at.After(c.now) {
		c.now = first.at
	}
	return first
}
