package upkeep

import (
	"maps"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/worker"
)

// pauses holds the times at which callbacks past their deadline are asked about again. It is kept
// in memory only: a process that lost it asks once more.
type pauses struct {
	mu  sync.Mutex
	all map[callbacks.ID]pause
}

type pause struct {
	until time.Time
	asked int // so far
	blind int // the most recent of these that returned no history
}

func newPauses() *pauses { return &pauses{all: map[callbacks.ID]pause{}} }

// under reports whether it is too early to ask about a callback again.
func (p *pauses) under(id callbacks.ID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.all[id].until)
}

// patient reports whether asking again is still worth it. The patience lasts longer if the history
// is busy than if permission was denied.
func (p *pauses) patient(id callbacks.ID, found callbacks.Finding) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch blind := p.all[id].blind; {
	case found.History == callbacks.HistoryBusy:
		return blind < history.MaxReadings
	case found.Denied():
		return blind < history.DeniedReadings-1
	}
	return false
}

// put puts a callback off. If it was asked about, the pause grows each time; otherwise it lasts
// until slot. After a successful reading the callback has its full patience again.
func (p *pauses) put(id callbacks.ID, now, slot time.Time, found callbacks.Finding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one := p.all[id]
	one.until = slot
	if found.History != callbacks.HistoryPutOff {
		one.asked++
		one.blind++
		one.until = now.Add(worker.Backoff(one.asked, found.Again, 0, 0))
	}
	if found.History == callbacks.HistoryRead {
		one.blind = 0
	}
	p.all[id] = one
}

// forget drops callbacks that have not been put off for a long time: they are no longer pending.
func (p *pauses) forget(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.all, func(_ callbacks.ID, one pause) bool { return now.Sub(one.until) > 2*worker.MaxBackoff })
}
