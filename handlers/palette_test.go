package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// jumps are the lines of the palette for what is asked.
func (b *browser) jumps(query string) (lines []string) {
	b.t.Helper()
	for _, n := range b.get("/palette" + query).document(b.t).Find("#found .opt").EachIter() {
		lines = append(lines, strings.Join(strings.Fields(n.Text()), " "))
	}
	return lines
}

// TestPalette: it finds callbacks as the lists do, with the reader's own rights, whether they wait or
// have ended.
func TestPalette(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.decided("finance", "Refund under way to osaka")
	of := func(queue, title string) callbacks.Callback {
		a := expense()
		a.Queue, a.Title, a.CallbackID = queue, title, string(callbackstest.NewCallbackID())
		return s.receive(a)
	}
	open := of("finance", "Refund <b>osaka</b>")
	of("security", "Rotate the osaka key")
	has := func(person, query, line string) bool {
		return strings.Contains(strings.Join(s.as(person).jumps(query), "\n"), line)
	}
	for _, c := range []struct {
		person, query, line string
		want                bool
	}{
		{rita, "?q=osaka", "Refund <b>osaka</b>", true},
		{rita, "?q=%23osaka", "Refund <b>osaka</b>", true},
		{rita, "?q=osaka", "Rotate", false}, // of another queue
		{otto, "?q=osaka", "Rotate", true},
		{otto, "?q=osaka", "Refund", false},
		{audrey, "?q=osaka", "Rotate", true},
		{audrey, "?q=osaka", "Refund under way", true},
		{rita, "?q=%40osaka", "Refund", false},
		{rita, "?q=%40ada", "Decisions that ada signed", true},
		{rita, "?item=" + string(open.ID), "Open " + open.Title, true},
		{otto, "?item=" + string(open.ID), open.Title, false},
		{rita, "", "Needs attention", true},
		{rita, "", "Audit", false},
		{audrey, "?q=%3Eaud", "Audit", true},
	} {
		if has(c.person, c.query, c.line) != c.want {
			t.Errorf("%s at %q: %q is %v", c.person, c.query, s.as(c.person).jumps(c.query), c.line)
		}
	}
	if text := s.as(rita).get("/palette?q=zebra").document(t).Find("#found").Text(); !strings.Contains(text, "No callback that you may see has “zebra”") {
		t.Errorf("where nothing is found it says %q", text)
	}
	if a := s.as(rita).get("/palette?q=" + strings.Repeat("a", 2000)); a.status != http.StatusUnprocessableEntity {
		t.Errorf("too long: %d", a.status)
	}
}

// TestPalette_Rate: a script that lists everything by typing is stopped; typing is not.
func TestPalette_Rate(t *testing.T) {
	t.Parallel()
	b := newSite(t).as(rita)
	last := 0
	for range 61 {
		last = b.get("/palette?q=a").status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 61st search at once: %d", last)
	}
}
