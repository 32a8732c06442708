package callbacks

import (
	"maps"
	"sync"
	"time"
)

// pace spreads readings out: however many wait, no more are planned for a second than the budget of their lane allows, so that
// they come due one after the other and not all together, to be put off again. Urgent ones are planned apart from the others.
type pace struct {
	interval time.Duration // between two readings

	mu   sync.Mutex
	paid map[line]time.Time // until when the readings that were planned take up the rate
	last time.Time          // when one was planned
}

// line is where readings queue.
type line struct {
	lane    Lane
	urgency urgency
}

func newPace(rate float64) *pace {
	return &pace{interval: time.Duration(float64(time.Second) / rate), paid: map[line]time.Time{}}
}

// slot plans a reading, not before a time.
func (p *pace) slot(l line, now, at time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.last) { // our clock was set back since
		clear(p.paid)
	}
	p.last = now
	maps.DeleteFunc(p.paid, func(_ line, until time.Time) bool { return until.Before(now) })
	paid := latest(p.paid[l], now)
	p.paid[l] = paid.Add(p.interval)
	return latest(at, paid)
}
