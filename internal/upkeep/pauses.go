package upkeep

import (
	"maps"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/worker"
)

// pauses are the times at which callbacks past their deadline are asked about again. They are in
// memory only: whoever forgets them asks once more.
type pauses struct {
	mu  sync.Mutex
	all map[callbacks.ID]pause
}

type pause struct {
	until time.Time
	asked int // so far
	blind int // of these, the last ones that brought no history
}

func newPauses() *pauses { return &pauses{all: map[callbacks.ID]pause{}} }

// under reports whether a callback is not to be asked about yet.
func (p *pauses) under(id callbacks.ID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.all[id].until)
}

// patient reports whether asking again is still worth it: longer where the history is busy than
// where permission was denied.
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

// put puts a callback off: farther and farther, where it was asked about; else until slot. A
// history that was read gives it all the time again.
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

// forget drops callbacks that have long not been put off again: they are not pending any more.
func (p *pauses) forget(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.all, func(_ callbacks.ID, one pause) bool { return now.Sub(one.until) > 2*worker.MaxBackoff })
}
