package review

import (
	"slices"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/components"
	"countersign/views/viewstest"
)

// TestWhy: the reader reads every test, first the one that did not pass with the way out and its
// code, last those that were not run.
func TestWhy(t *testing.T) {
	t.Parallel()
	m := signing(byPriya, byDana)
	doc := viewstest.HTML(t, why(viewstest.Shell(views.InboxPlace(desk.ScopeMine), "/"), m, "why"))
	if got := viewstest.Words(doc.Find("summary, .pop-h")); got != "Why can’t I sign? You cannot sign: every place that you can fill is taken" {
		t.Errorf("answer %q", got)
	}
	lines := doc.Find(".tests li").Map(func(_ int, s *goquery.Selection) string {
		return s.AttrOr("class", "") + ": " + viewstest.Words(s)
	})
	for i, want := range []string{
		"fail: Failed: A signature that you can give is missing 2 of 3 Every place that you can fill is taken. " +
			"Missing: 1 more from controllers. no_place",
		"pass: Passed: The request waits for signatures 40 min left",
	} {
		if lines[i] != want {
			t.Errorf("test %d: %q, want %q", i, lines[i], want)
		}
	}
	if n := len(m.Why.Tests); len(lines) != n {
		t.Errorf("%d tests, want %d", len(lines), n)
	}
	if got := viewstest.Words(doc.Find(".pop-f")); got != "In force since this arrived at 13:02:00, from configuration 6a1f09c2d4e8. The same tests decide when you sign." {
		t.Errorf("foot %q", got)
	}
}

// TestWhy_Order: what nobody can tell comes first, as a failure does, and what was not tested last.
func TestWhy_Order(t *testing.T) {
	t.Parallel()
	e := callbacks.Explanation{Tests: []callbacks.GateTest{
		{Text: "b", Result: callbacks.GatePassed, Value: "v"},
		{Text: "c", Result: callbacks.GateUnknown, Code: callbacks.CodeGroupsOld, Reason: "Sign in again."},
		{Text: "a", Result: callbacks.GateUntested, Value: "x"}, {Text: "d", Result: callbacks.GatePassed},
	}}
	var got []string
	for _, test := range components.TestsOf(&e) {
		got = append(got, test.State+" "+test.Text+" "+test.Value)
	}
	if want := []string{"unk c ", "pass b v", "pass d ", "ntest a not tested"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := whyAnswer(&e); got != "Not known whether you can sign" {
		t.Errorf("answer %q", got)
	}
}

// TestWhy_Can: who can sign for somebody else reads for whom.
func TestWhy_Can(t *testing.T) {
	t.Parallel()
	e := signing().Why
	if got := whyQuestion(&e) + " " + whyAnswer(&e); got != "Why can I sign? You can sign" {
		t.Errorf("%q", got)
	}
	e.ActingFor = "Priya Raman"
	if got := whyAnswer(&e); got != "You can sign, for Priya Raman" {
		t.Errorf("%q", got)
	}
}

// TestBecause: every code has words.
func TestBecause(t *testing.T) {
	t.Parallel()
	for _, code := range []callbacks.ReasonCode{
		callbacks.CodeNotPending, callbacks.CodeRole, callbacks.CodeUnannounced, callbacks.CodeUnknownRequester,
		callbacks.CodeRequester, callbacks.CodeStated, callbacks.CodeUnverified, callbacks.CodeActsForRequester,
		callbacks.CodeActsForExcluded, callbacks.CodeGroupsOld, callbacks.CodeDelegatorOld, callbacks.CodeQueue,
		callbacks.CodeGroup, callbacks.CodeAlreadySigned, callbacks.CodeSamePerson, callbacks.CodeTooOften, callbacks.CodeNoPlace,
	} {
		if got := because(code); got == string(code) {
			t.Errorf("%s has no words", code)
		}
	}
}
