package main

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/locallambda"
	"countersign/internal/upkeep"
)

// pulse is what Lambda got of a callback's heartbeats.
type pulse struct {
	interval time.Duration // between two beats
	last     time.Time     // that Lambda took
	tried    []time.Time   // since the last one: beats that arrived, whatever became of them
	beats    int
	late     []lateBeat
}

// lateBeat is one that Lambda took later than a desk means to send it.
type lateBeat struct {
	due, at time.Time
	tried   bool // in time, and Lambda did not take it
}

// newPulse begins with the clock of the callback itself.
func newPulse(started locallambda.Observation) *pulse {
	c := callbacks.Callback{Clocks: callbacks.Clocks{HeartbeatTimeout: started.HeartbeatTimeout}}
	return &pulse{interval: c.HeartbeatInterval(), last: started.At}
}

// try notes that a heartbeat has arrived, before any fault can strike it.
func (p *pulse) try(at time.Time) { p.tried = append(p.tried, at) }

// beat counts a heartbeat that was taken.
func (p *pulse) beat(at time.Time) {
	p.beats++
	due := p.last.Add(p.interval)
	inTime := due.Add(upkeep.HeartbeatSlack)
	if at.After(inTime) {
		p.late = append(p.late, lateBeat{due: due, at: at, tried: len(p.tried) > 0 && p.tried[0].Before(inTime)})
	}
	p.last, p.tried = at, nil
}

// heartbeats are those of all callbacks, and why some were late.
type heartbeats struct {
	taken, late int
	// sent in time, and Lambda did not take it: it was throttled, cut off, or its replica died just
	// then
	refused     int
	away        int // a replica was killed, or PostgreSQL restarted, when it was due
	unexplained []lateBeat
}

// heartbeats sums up all callbacks.
func (l *lambdaSide) heartbeats(o *outages) (all heartbeats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pulses {
		all.taken += p.beats
		all.late += len(p.late)
		for _, b := range p.late {
			switch {
			case b.tried:
				all.refused++
			case o.during(b.due.Add(-time.Second), b.due.Add(upkeep.HeartbeatSlack)):
				all.away++
			default:
				all.unexplained = append(all.unexplained, b)
			}
		}
	}
	return all
}
