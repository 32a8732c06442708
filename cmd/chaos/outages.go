package main

import (
	"sync"
	"time"
)

// outages are the times in which a replica, or PostgreSQL, was away.
type outages struct {
	mu  sync.Mutex
	all []*span
}

// span is a time; while it lasts, to is zero.
type span struct{ from, to time.Time }

// begin notes that something has gone, and back that it has come again.
func (o *outages) begin(now time.Time) (back func(time.Time)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := &span{from: now}
	o.all = append(o.all, s)
	return func(now time.Time) {
		o.mu.Lock()
		defer o.mu.Unlock()
		s.to = now
	}
}

// during reports whether anything was away at some moment of a time.
func (o *outages) during(from, to time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.all {
		if !s.from.After(to) && (s.to.IsZero() || !s.to.Before(from)) {
			return true
		}
	}
	return false
}
