package locallambda

import (
	"sync"
	"time"
)

// request is a change of the state that somebody waits for. made and err are guarded by the
// engine's lock.
type request struct {
	change func(now time.Time) error
	made   bool
	err    error
}

// requests are changes that wait for the engine's lock, in order.
type requests struct {
	mu  sync.Mutex
	all []*request
}

func (q *requests) add(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, r)
}

// take returns what waits. The caller makes all of it.
func (q *requests) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.all
	q.all = nil
	return all
}
