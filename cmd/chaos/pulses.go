package main

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/locallambda"
	"countersign/internal/upkeep"
)

// pulse is what Lambda received of a callback's heartbeats.
type pulse struct {
	interval time.Duration // between two heartbeats
	last     time.Time     // the last heartbeat that Lambda accepted
	tried    []time.Time   // since the last one: all heartbeats that arrived, accepted or not
	beats    int
	late     []lateHeartbeat
}

// lateHeartbeat is a heartbeat that Lambda accepted later than a desk should send it.
type lateHeartbeat struct {
	due, at time.Time
	tried   bool // one was sent in time, but Lambda did not accept it
}

// newPulse starts with the start of the callback.
func newPulse(started locallambda.Observation) *pulse {
	c := callbacks.Callback{Clocks: callbacks.Clocks{HeartbeatTimeout: started.HeartbeatTimeout}}
	return &pulse{interval: c.HeartbeatInterval(), last: started.At}
}

// try notes that a heartbeat has arrived, before any fault can affect it.
func (p *pulse) try(at time.Time) { p.tried = append(p.tried, at) }

// beat counts a heartbeat that Lambda accepted.
func (p *pulse) beat(at time.Time) {
	p.beats++
	due := p.last.Add(p.interval)
	inTime := due.Add(upkeep.HeartbeatSlack)
	if at.After(inTime) {
		p.late = append(p.late, lateHeartbeat{due: due, at: at, tried: len(p.tried) > 0 && p.tried[0].Before(inTime)})
	}
	p.last, p.tried = at, nil
}

// heartbeats sums up the heartbeats of all callbacks, and why some were late.
type heartbeats struct {
	taken, late int
	// sent in time, but Lambda did not accept it: it was throttled or cut off, or its replica was
	// killed just then
	refused     int
	away        int // a replica was down, or PostgreSQL restarted, when it was due
	unexplained []lateHeartbeat
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
