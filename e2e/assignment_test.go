package e2e_test

import (
	"testing"
	"time"

	"countersign/internal/standin/demo"
)

// TestAssignment: a reviewer takes a request by a key, a colleague sees it at once, takes it over
// with a reason, and hides it from their own list, without scripts too.
func TestAssignment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = int((3 * time.Hour).Seconds()) }))
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	for _, p := range []*person{mara, dana} {
		p.open(a.page())
		p.comes("#freshness", "Live")
		p.reads("#holding", "Nobody has taken it")
	}
	mara.press("c")
	mara.comes("#holding", "Yours")
	dana.comes("#holding", "Mara Okafor has it")
	dana.inspect("assignment-held")
	mara.open("/?scope=mine")
	mara.reads(a.row(), "Yours")

	dana.press("c")
	dana.comes("h1", "Assign")
	dana.inspect("assignment")
	dana.submit(`button[value="me"]`)
	dana.reads("#reason-fault", "Say why it moves")
	dana.write("#reason", "I know the vendor")
	dana.submit(`button[value="me"]`)
	dana.reads("#holding", "Yours")
	mara.gone(a.row())

	dana.runScripts(false)
	dana.open(a.page())
	dana.submit("#holding a[data-key=z]")
	dana.submit(`button[value="30m"]`)
	dana.reads("#holding", "snoozed until")
	dana.open("/?scope=mine")
	if dana.has(a.row()) {
		t.Error("what is snoozed is in Mine")
	}
	dana.open("/")
	dana.see(a.row())
}
