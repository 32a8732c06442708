package main

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/locallambda"
)

// pulse is what Lambda got of a callback's heartbeats.
type pulse struct {
	interval time.Duration // between two beats
	last     time.Time
	beats    int
	late     int
}

// newPulse begins with the clock of the callback itself.
func newPulse(started locallambda.Observation) *pulse {
	c := callbacks.Callback{Clocks: callbacks.Clocks{HeartbeatTimeout: started.HeartbeatTimeout}}
	return &pulse{interval: c.HeartbeatInterval(), last: started.At}
}

// beat counts a heartbeat, and whether it came later than a desk means to send it.
func (p *pulse) beat(at time.Time) {
	p.beats++
	if at.Sub(p.last) > p.interval+callbacks.HeartbeatSlack {
		p.late++
	}
	p.last = at
}

// heartbeats sums up all callbacks.
func (l *lambdaSide) heartbeats() (all pulse) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pulses {
		all.beats += p.beats
		all.late += p.late
	}
	return all
}
