package e2e_test

import (
	"testing"
	"time"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
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

// TestBeatsThatFail: while Lambda does not take the heartbeats of a review, everybody sees the
// clock that they do not wind up, and nobody once it takes them again.
func TestBeatsThatFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara, dana, aiko := w.signIn(t, "mara"), w.signIn(t, "dana"), w.signIn(t, "aiko")
	soon := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = 50 * 60 }))
	a := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds, q.HeartbeatTimeoutSeconds = 2*60*60, 75 }))
	mara.open(a.page())
	mara.comes("#clocks", "Kept alive by this review.")
	mara.reads("#clocks", "Calm")
	dana.open("/?scope=available")
	dana.comes("#freshness", "Live")
	first := func(r asked) string { return "document.querySelector('#list [data-row]').id === 'row-" + r.id + "'" }
	dana.until(first(soon))

	w.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, Operation: "SendDurableExecutionCallbackHeartbeat"})
	// with the next beat, after a third of the timeout
	mara.comes("#presence", "Lambda does not take the heartbeats: throttled.")
	mara.reads("#presence", "Ends in", "unless one arrives.")
	mara.reads("#clocks .bite", "Heartbeat", "Not taken: throttled.")
	mara.reads("#clocks", "At risk")
	dana.until(first(a))
	dana.reads("#list .rows .grp", "At risk")
	dana.reads(a.row(), "Lambda does not take the heartbeats: throttled", "heartbeat")
	aiko.open("/admin/callbacks?ends=unattended")
	aiko.reads(a.row(), "Beats fail")
	if n := aiko.count("[data-row]"); n != 1 {
		t.Errorf("%d callbacks end by heartbeat, want the one whose beats fail", n)
	}
	mara.inspect("beats-fail")
	dana.picture("beats-fail-inbox")

	w.engine.SetFaults(nil)
	mara.comes("#presence", "Lambda takes the heartbeats again.")
	mara.comes("#clocks", "Kept alive by this review.")
	mara.reads("#clocks", "Calm")
	dana.until(first(soon))
	aiko.gone(a.row())
}

// TestBarFollowsTheClock: a page is made before its own review sends the first heartbeat, so the
// heartbeat clock bites then. Once Lambda takes the heartbeats, the bar names the timeout.
func TestBarFollowsTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit(func(q *demo.Question) { q.TimeoutSeconds, q.HeartbeatTimeoutSeconds = 2*60*60, 20*60 }))
	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open(a.page())
	mara.enter()
	const minute = `(text) => text.match(/\d\d:\d\d/)[0]`
	inBar := `(` + minute + `)(document.querySelector("decision-bar .state").textContent.split(" before ")[1])`
	first := eval[string](mara, inBar)
	mara.runScripts(true)
	mara.open(a.page())
	mara.comes("#clocks", "Kept alive by this review.")
	timeout := eval[string](mara, `(`+minute+`)(document.querySelector("#clocks .clocks-lead .date").textContent)`)
	if timeout == first {
		t.Fatalf("the page names %s before and after the first heartbeat", first)
	}
	mara.until(inBar + " === " + quote(timeout))
	mara.comes("decision-bar", "First of three signatures")
	dana := w.signIn(t, "dana")
	dana.open(a.page())
	dana.signs("approve")
	mara.comes("decision-bar", "Dana Fischer signed. Second of three signatures")
	mara.until(inBar + " === " + quote(timeout))
}

// TestIdle: a page that nobody touches asks whether somebody is there, and goes on when they say
// so.
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
