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
	if end := w.await(t, locallambda.CallbackClosed, a.executionARN); end.Status != "TIMED_OUT" {
		t.Errorf("the callback ended %s, want a timeout", end.Status)
	}
	const underWay = time.Second // when the page was left
	if late := w.seen.count(func(o locallambda.Observation) bool { return beat(o) && o.At.After(left.Add(underWay)) }); late > 0 {
		t.Errorf("%d beats went out after the page was left", late)
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
