package main

import (
	"sync"
	"time"
)

// outages are the times during which a replica, or PostgreSQL, was down.
type outages struct {
	mu  sync.Mutex
	all []*span
}

// span is a time span; to is zero while it lasts.
type span struct{ from, to time.Time }

// begin notes that something has gone down. Call back when it is up again.
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

// during reports whether anything was down at any moment of a time span.
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
