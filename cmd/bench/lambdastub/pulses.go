package lambdastub

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// beatAnswer is how long the stand-in takes to answer a heartbeat, about as long as Lambda does.
// Each heartbeat occupies the desk for that time.
const beatAnswer = 50 * time.Millisecond

// Pulses notes when heartbeats come. It counts nothing before Begin.
type Pulses struct {
	mu       sync.Mutex
	interval time.Duration // from one heartbeat to the next
	last     map[string]time.Time
	behind   []time.Duration // how far each heartbeat was behind its schedule
}

// Begin starts a new count, for callbacks with the given interval between heartbeats.
func (p *Pulses) Begin(interval time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interval, p.behind = interval, nil
	if p.last == nil {
		p.last = map[string]time.Time{}
	}
}

// End returns how far each heartbeat was behind its schedule, sorted. A missing heartbeat counts as
// if it came now.
func (p *Pulses) End() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, behind := time.Now(), p.behind
	for _, at := range p.last {
		if overdue := now.Sub(at) - p.interval; overdue > 0 {
			behind = append(behind, overdue)
		}
	}
	p.last, p.behind = nil, nil
	slices.Sort(behind)
	return behind
}

// beat answers one heartbeat.
func (p *Pulses) beat(w http.ResponseWriter, r *http.Request) {
	p.note(r.PathValue("id"), time.Now())
	select {
	case <-time.After(beatAnswer):
	case <-r.Context().Done():
	}
	w.WriteHeader(http.StatusOK)
}

func (p *Pulses) note(id string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		return
	}
	if last, ok := p.last[id]; ok {
		p.behind = append(p.behind, at.Sub(last)-p.interval)
	}
	p.last[id] = at
}
