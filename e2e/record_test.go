package e2e_test

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must come. Only a test that fails waits so long.
const patience = time.Minute

// record keeps what happened, in order, for tests to wait for.
type record[T any] struct {
	mu   sync.Mutex
	kept []T
	more chan struct{} // closed when something is added
}

func newRecord[T any]() *record[T] { return &record[T]{more: make(chan struct{})} }

func (r *record[T]) add(v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, v)
	close(r.more)
	r.more = make(chan struct{})
}

// all is what was kept so far, and a channel that closes when there is more.
func (r *record[T]) all() (kept []T, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.kept), r.more
}

func (r *record[T]) count(match func(T) bool) (n int) {
	kept, _ := r.all()
	for _, v := range kept {
		if match(v) {
			n++
		}
	}
	return n
}

// await returns the first that matches, of what was kept already or what is still to come.
func (r *record[T]) await(t *testing.T, within time.Duration, what string, match func(T) bool) T {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		kept, more := r.all()
		if i := slices.IndexFunc(kept, match); i >= 0 {
			return kept[i]
		}
		select {
		case <-more:
		case <-deadline.C:
			t.Fatalf("waited %v for %s; there was: %+v", within, what, kept)
		}
	}
}
