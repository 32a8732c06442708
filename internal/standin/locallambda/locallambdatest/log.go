package locallambdatest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
)

// Log collects an engine's observations. Make one with [Watch].
type Log struct {
	mu      sync.Mutex
	entries []locallambda.Observation
	taken   int
	changed chan struct{} // closed and replaced with every entry
}

// patience ends the wait for an observation that does not come. Working code never takes that long.
const patience = 30 * time.Second

// Watch starts to collect; the end of the test stops it.
func Watch(t testing.TB, e *locallambda.Engine) *Log {
	l := &Log{changed: make(chan struct{})}
	t.Cleanup(e.Observe(l.add))
	return l
}

func (l *Log) add(o locallambda.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, o)
	close(l.changed)
	l.changed = make(chan struct{})
}

// All returns what was observed so far.
func (l *Log) All() []locallambda.Observation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

// Callbacks returns the callbacks of an execution that were observed so far, by ID, and whether a
// clock closed each.
func (l *Log) Callbacks(executionARN string) map[string]bool {
	expired := map[string]bool{}
	for _, o := range l.All() {
		if o.ExecutionARN == executionARN && (o.Kind == locallambda.CallbackStarted || o.Kind == locallambda.CallbackClosed) {
			expired[o.CallbackID] = o.Status == "TIMED_OUT"
		}
	}
	return expired
}

// Forget drops what was collected so far, as if it had been returned by Next.
func (l *Log) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries, l.taken = nil, 0
}

// Next waits for the next observation of a kind after the one that the last Next returned. It skips
// others.
func (l *Log) Next(t testing.TB, kind locallambda.ObservationKind) locallambda.Observation {
	t.Helper()
	return l.NextOf(t, func(o locallambda.Observation) bool { return o.Kind == kind }, string(kind))
}

// NextOf is Next with any condition. what describes it in the message of a failure.
func (l *Log) NextOf(t testing.TB, matches func(locallambda.Observation) bool, what string) locallambda.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		o, found, changed := l.take(matches)
		if found {
			return o
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s; observed: %+v", what, l.All())
		}
	}
}

func (l *Log) take(matches func(locallambda.Observation) bool) (locallambda.Observation, bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.taken < len(l.entries) {
		o := l.entries[l.taken]
		l.taken++
		if matches(o) {
			return o, true, nil
		}
	}
	return locallambda.Observation{}, false, l.changed
}
