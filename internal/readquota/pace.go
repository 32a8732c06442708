package readquota

import (
	"maps"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Pace spreads readings out. However many wait, it plans no more for a second than the quota of
// their lane allows, so that they come due one after the other instead of all together, only to be
// put off again. Urgent readings are planned apart from the others.
type Pace struct {
	interval time.Duration // between two readings

	mu   sync.Mutex
	paid map[line]time.Time // the time up to which planned readings use up the rate
	last time.Time          // when a reading was last planned
}

// line is a queue of readings.
type line struct {
	lane    arn.Lane
	urgency Urgency
}

// NewPace makes a pace that plans rate readings a second in each line.
func NewPace(rate float64) *Pace {
	return &Pace{interval: time.Duration(float64(time.Second) / rate), paid: map[line]time.Time{}}
}

// Slot plans a reading, not before the time at, and returns its time.
func (p *Pace) Slot(lane arn.Lane, u Urgency, now, at time.Time) time.Time {
	l := line{lane, u}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.last) { // our clock was set back since
		clear(p.paid)
	}
	p.last = now
	maps.DeleteFunc(p.paid, func(_ line, until time.Time) bool { return until.Before(now) })
	paid := callbacks.Latest(p.paid[l], now)
	p.paid[l] = paid.Add(p.interval)
	return callbacks.Latest(at, paid)
}
