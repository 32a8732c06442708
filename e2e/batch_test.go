package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"countersign/internal/standin/demo"
)

// deploy is a question that differs from others of its kind in one field.
func deploy(n int) demo.Question {
	return expense(func(q *demo.Question) {
		q.Title = fmt.Sprintf("Deploy checkout-api to environment %d", n)
		q.TimeoutSeconds = 3600 + 60*n
		q.Payload = map[string]any{"environment": fmt.Sprintf("env-%d", n), "commit": "b81fe20"}
	})
}

// TestBatch: three of a kind are selected by keys and approved together, each with a decision of its
// own. A fourth, which somebody else has open, is named and stays as it is.
func TestBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []asked
	for n := range 4 {
		all = append(all, w.ask(t, deploy(n)))
	}
	dana := w.signIn(t, "dana")
	dana.open(all[3].page())
	mara := w.signIn(t, "mara")
	mara.comes(all[3].row(), "Dana")
	mara.press("j")
	mara.hasFocus(all[0].row() + " a")
	mara.press("x")
	mara.comes("#batch", "1 of 4 selected")
	for n := range 3 {
		mara.press("J")
		mara.comes("#batch", fmt.Sprintf("%d of 4 selected", n+2))
	}
	mara.inspect("list-selected")
	later := w.ask(t, deploy(5)) // waits for the selection to be over
	mara.comes("#fresh-rows", "1 new")
	mara.press("\x1b")
	mara.until(`!document.querySelector("[data-pick]:checked")`)
	mara.click("#fresh-rows")
	mara.see(later.row())
	for _, a := range all {
		mara.click(a.row() + " [data-pick]")
	}
	mara.leads("the selection", keyboard("a"))
	mara.reads("h1", "Approve 3 of 4 selected?")
	mara.reads("thead", "environment")
	mara.reads(".outs", "environment 3", "Open elsewhere")
	mara.inspect("batch-selection")
	mara.write("#comment", "Window 14:00 to 16:00")
	mara.click("h1") // keys act outside of fields
	mara.leads("the first press", keyboard("a"))
	mara.reads(".decide", "Confirm 3 approvals", "This cannot be undone.")
	mara.inspect("batch-armed")
	mara.leads("the second press", keyboard("a"))
	mara.comesWithin(time.Minute, "h1", "3 of 3 approved.")
	mara.comesWithin(time.Minute, "tbody", "Delivered.")
	mara.inspect("batch-result")
	for _, a := range all[:3] {
		w.result(t, a)
	}
	mara.open(all[0].page())
	mara.reads("main", "Window 14:00 to 16:00")
	if status := mara.open(all[3].page()); status != http.StatusOK || !mara.has("decision-bar") {
		t.Error("the one that somebody else had open is not as it was")
	}
}

// TestBatchOfAKind: twenty that are asked in the same way are approved with six keys.
func TestBatchOfAKind(t *testing.T) {
	t.Parallel()
	const count = 20
	w := newWorld(t)
	var last asked
	for n := range count {
		last = w.ask(t, deploy(n))
	}
	mara := w.signIn(t, "mara")
	mara.see(last.row())
	keys := 0
	press := func(key string) {
		mara.press(key)
		keys++
	}
	press("j")
	press("X")
	mara.comes("#batch", "20 of 20 selected")
	for _, what := range []string{"the selection", "the first press", "the second press"} {
		mara.leads(what, keyboard("a"))
		keys++
	}
	mara.comesWithin(time.Minute, "h1", "20 of 20 approved.")
	if keys > 6 {
		t.Errorf("%d keys", keys)
	}
}
