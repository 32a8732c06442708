package callbacks

import (
	"sync"
	"time"
)

// paceInterval is the mean time between the looks at executions by one process. The account may read 15 histories a second,
// and receipts and discovery read them too.
const paceInterval = 250 * time.Millisecond

// pace spreads out looks at executions: however many are followed, no more than its rate are planned.
type pace struct {
	mu   sync.Mutex
	paid time.Time // until when the looks that were planned take up the rate
}

// slot plans a look, not before a time.
func (p *pace) slot(now, at time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paid.Before(now) {
		p.paid = now
	}
	if p.paid.After(at) {
		at = p.paid
	}
	p.paid = p.paid.Add(paceInterval)
	return at
}
