package e2e_test

import (
	"fmt"
	"testing"
)

// fill puts a value into a field, as picking it does.
func (p *person) fill(selector, value string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => {
		const field = document.querySelector(%s);
		field.value = %s;
		return field.dispatchEvent(new InputEvent("input", { bubbles: true }));
	})()`, quote(selector), value))
}

// TestFilters: a form of filters applies while it is filled in, and says what is wrong with it
// instead of doing nothing.
func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(t, expense())
	aiko := w.signIn(t, "aiko")
	aiko.open("/admin/callbacks")
	aiko.comes("#freshness", "Live")
	aiko.see(first.row())
	together := `(([from, to]) => from.top === to.top && to.right <= innerWidth)([...document.querySelectorAll(".date .inp")].map((field) => field.getBoundingClientRect()))`
	for _, width := range []int64{1440, 1180, 901} { // one line has both dates
		aiko.look(look{"", "light", width, 900})
		if !eval[bool](aiko, together) {
			t.Errorf("at %d px the dates are not beside each other", width)
		}
	}
	aiko.look(desktop)
	samePage := aiko.keepsPage()
	// on the browser's calendar, as 2026-11-23
	const day = `new Date(Date.now() - %d * 86_400_000).toLocaleDateString("sv")`
	aiko.fill(`[name="received_to"]`, fmt.Sprintf(day, 1))
	aiko.gone(first.row())
	aiko.fill(`[name="received_to"]`, fmt.Sprintf(day, 0))
	aiko.see(first.row())

	aiko.fill(`[name="q"]`, `"x".repeat(1025)`)
	aiko.comes("#filter-fault", "Search At most 1024 characters, this has 1025.")
	aiko.inspect("filter-fault")
	second := w.ask(t, expense())
	aiko.see(second.row())
	if !aiko.has("#filter-fault .faults") || !aiko.has(first.row()) || eval[bool](aiko, `location.search.includes("q=")`) {
		t.Error("the list, its address or the fault did not stay")
	}
	aiko.fill(`[name="q"]`, `"EXP-2291"`)
	aiko.gone("#filter-fault")
	aiko.see(first.row())
	samePage()
}
