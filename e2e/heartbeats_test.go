package e2e_test

import (
	"testing"
	"time"

	"countersign/internal/demo"
	"countersign/internal/locallambda"
)

// TestLeaving: heartbeats go out while a page is open, and stop when it is left.
func TestLeaving(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const timeout = 9 // seconds, a beat every three
	mara := w.signIn(t, "mara")
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = timeout }))
	beat := func(o locallambda.Observation) bool {
		return o.Kind == locallambda.HeartbeatReceived && o.ExecutionARN == a.executionARN
	}
	mara.open(a.page())
	w.seen.await(t, patience, "four beats, more than the timeout", func(locallambda.Observation) bool { return w.seen.count(beat) >= 4 })
	mara.open("/")
	left := time.Now()
	end := w.await(t, locallambda.CallbackClosed, a.executionARN)
	if took := end.At.Sub(left); end.Status != "TIMED_OUT" || took > (timeout+1)*time.Second {
		t.Errorf("the callback ended %s %v after the page was left, want a timeout within %d s: no beat may follow", end.Status, took, timeout)
	}
	mara.open(a.page())
	mara.comes("#verdict", "Ended by heartbeat.")
	mara.inspect("ended-by-heartbeat")
}

// TestIdle: a page that nobody touches asks whether somebody is there, and goes on when they say so.
func TestIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) { settings["REVIEW_IDLE_BUDGET"] = "5s" })
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 600 }))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	const question = "review-lease .note"
	mara.reads(question, "Still reviewing?")
	mara.inspect("still-reviewing")
	mara.click(question + " button")
	mara.gone(question)
}
