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

// selects selects requests in the list and returns the path of the page on which they are decided.
func (p *person) selects(all ...asked) string {
	p.t.Helper()
	p.open("/?grouped=no")
	p.comes("#freshness", "Live")
	for _, a := range all {
		p.click(a.row() + " [data-pick]")
	}
	p.leads("the selection", keyboard("a"))
	return eval[string](p, "location.pathname")
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

// alike is a deploy of a group.
func alike(n int) demo.Question {
	q := deploy(n)
	q.Group = "checkout-api"
	return q
}

// TestBatchOfAKind: twenty that are asked in the same way are approved with six keys, where each has a
// row of its own and where one row stands for all.
func TestBatchOfAKind(t *testing.T) {
	t.Parallel()
	const count = 20
	for name, list := range map[string]struct {
		address, row string
		keys         []string // that select them
	}{
		"Each": {"/?grouped=no", "[data-row]:nth-of-type(20)", []string{"j", "X"}}, "Grouped": {"/", ".folded", []string{"j", "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for n := range count {
				w.ask(t, alike(n))
			}
			mara := w.signIn(t, "mara")
			mara.open(list.address)
			mara.see(list.row)
			for _, key := range list.keys {
				mara.press(key)
			}
			mara.comes("#batch", "20 of 20 selected")
			presses := []string{"the selection", "the first press", "the second press"}
			for _, what := range presses {
				mara.leads(what, keyboard("a"))
			}
			mara.comesWithin(time.Minute, "h1", "20 of 20 approved.")
			if keys := len(list.keys) + len(presses); keys > 6 {
				t.Errorf("%d keys", keys)
			}
		})
	}
}

// TestFold: what asks the same is one row. It opens by key, and its box follows those of what it stands
// for, as they follow it.
func TestFold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.ask(t, expense())
	var all []asked
	for n := range 3 {
		all = append(all, w.ask(t, alike(n)))
	}
	mara := w.signIn(t, "mara")
	mara.see(other.row())
	mara.see(".folded")
	mara.reads(".folded", "3 ×", "Deploy checkout-api to environment 0", "titles differ")
	mara.press("j")
	mara.press("j")
	mara.inspect("list-folded")
	mara.press("e")
	mara.see(all[2].row())
	mara.reads(all[1].row(), "Deploy checkout-api to environment 1")
	if !eval[bool](mara, `document.activeElement.matches(".folded[aria-expanded=true]")`) {
		t.Error("the focus left the row that was opened")
	}
	state := func() string {
		return eval[string](mara, `(({ checked, indeterminate }) => checked + " " + indeterminate)(document.querySelector("[name=group]"))`)
	}
	mara.press("x")
	mara.comes("#batch", "3 of 4 selected")
	mara.inspect("list-unfolded")
	mara.press("j")
	mara.press("x")
	mara.comes("#batch", "2 of 4 selected")
	if got := state(); got != "false true" {
		t.Errorf("with two of three selected, the box of the row is %s", got)
	}
	mara.press("x")
	mara.comes("#batch", "3 of 4 selected")
	if got := state(); got != "true false" {
		t.Errorf("with all selected, the box of the row is %s", got)
	}
	mara.leads("the selection", keyboard("xa")) // what the first key takes out, the second does not take along
	mara.reads("h1", "Approve 2 of 2 selected?")
	mara.reads(".note", "1 more asks the same and is not included.")
}

// TestFoldWithoutScripts: the row opens by its link, and its box selects all.
func TestFoldWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []asked
	for n := range 3 {
		all = append(all, w.ask(t, alike(n)))
	}
	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open("/")
	mara.enter()
	mara.submit("a.folded")
	mara.reads(all[2].row(), "Deploy checkout-api to environment 2")
	mara.click("[name=group]")
	mara.submit("#batch .approve")
	mara.reads("h1", "Approve 3 of 3 selected?")
}
