package review

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views/viewstest"
)

// offeringAnswers is a page whose reader may write what is sent. Each draft is previewed as the
// service does.
func offeringAnswers(t *testing.T, draft Draft, signatures ...callbacks.Signature) Review {
	t.Helper()
	m := Review{Draft: draft}
	m.Callback = viewstest.Pending().Callback
	m.Callback.Outcomes = callbacks.DefaultOutcomes(callbacks.Failure)
	m.Signatures = signatures
	m.Standing = callbacks.Weigh(m.Callback.Requirement, signatures)
	m.Previews = append(viewstest.Previews(m.Callback, "", signatures...), viewstest.FreePreviews(m.Callback, draft.Written(), signatures...)...)
	return m
}

// TestAnswerBoxes: what was written stands in its fields again, with its fault, and the box that
// was chosen is chosen.
func TestAnswerBoxes(t *testing.T) {
	t.Parallel()
	m := offeringAnswers(t, Draft{
		Outcome: callbacks.OutcomeResult, Answer: callbacks.Answer{Format: answers.JSON, Result: "-\n</textarea>", ErrorMessage: "No"},
		Faults: fault.List{{Pointer: answers.FieldResult, Detail: "Line 1, column 2: a digit is missing."}},
	})
	page := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m))
	if got := page.Find("#result").Text(); strings.TrimPrefix(got, "\n") != "-\n</textarea>" {
		t.Errorf("the result is %q", got)
	}
	if got := page.Find("#result-fault").Text(); !strings.Contains(got, "Line 1, column 2: a digit is missing.") {
		t.Errorf("its fault is %q", got)
	}
	for selector, want := range map[string]int{
		`[name="preview"]:checked`: 1, `[name="preview"][value="freeResult"]:checked`: 1, `[name="format"][value="json"]:checked`: 1,
		`#result[aria-invalid="true"]`: 1, `#errorMessage[aria-invalid="false"]`: 1, `#errorType[form="decide"][rows="1"]`: 1,
		`#wire [data-outcome="freeResult"] [data-fault="result"]`: 1, `#wire [role="alert"]`: 0, `.note.over`: 0,
		`.acts > .free`: 2, `#wire .seg label`: 2,
	} {
		if got := page.Find(selector).Length(); got != want {
			t.Errorf("%d of %s, want %d", got, selector, want)
		}
	}
	if plain := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), offeringAnswers(t, Draft{}))); plain.Find("#errorType").Text() != "\nRejected" && plain.Find("#errorType").Text() != "Rejected" {
		t.Errorf("the type that is proposed is %q", plain.Find("#errorType").Text())
	}
}

// TestWays_Free: the two free outcomes share a button while three fit, and are in the menu
// otherwise.
func TestWays_Free(t *testing.T) {
	t.Parallel()
	names := func(outcomes []callbacks.Outcome) (all []string) {
		for _, o := range outcomes {
			all = append(all, o.Name)
		}
		return all
	}
	m := offeringAnswers(t, Draft{})
	direct, more := ways(offeredOutcomes(m))
	if want := []string{"freeResult", "freeFailure", "reject", "approve"}; !slices.Equal(names(direct), want) || more != nil {
		t.Errorf("got %v and %v", names(direct), names(more))
	}
	own := callbacks.Outcome{Name: "changes", Label: "Request changes", Kind: callbacks.Success}
	direct, more = ways(slices.Insert(offeredOutcomes(m), 0, own))
	if want := []string{"changes", "freeFailure", "freeResult"}; !slices.Equal(names(direct), []string{"reject", "approve"}) || !slices.Equal(names(more), want) {
		t.Errorf("got %v and %v", names(direct), names(more))
	}
}

// TestFreePress: the button says what its answer does, and the type of an error that goes with it.
func TestFreePress(t *testing.T) {
	t.Parallel()
	fail, _ := (&callbacks.Callback{}).Outcome(callbacks.OutcomeFailure)
	p := desk.Preview{
		Prepared: callbacks.Prepared{Outcome: fail, Answer: callbacks.Answer{ErrorType: "Approval\u202eDenied"}}, Sends: true,
	}
	if got := freePress(p, false); got["data-press"] != "Fail with Approval⟨U+202E⟩Denied" || got["data-sends"] != "yes" {
		t.Errorf("got %v", got)
	}
	sendText := callbacks.Outcome{Name: callbacks.OutcomeResult, Label: "Send text", Kind: callbacks.Success}
	waits := desk.Preview{Prepared: callbacks.Prepared{Outcome: sendText}}
	waits.Tally.Needs = 2
	if got := freePress(waits, true); got["data-press"] != "Sign “Send text”, 1 of 2" || got["data-sends"] != "no" {
		t.Errorf("got %v", got)
	}
	if got := freePress(viewstest.Previews(viewstest.Pending().Callback, "")[0], true); got != nil {
		t.Errorf("a button that never changes: %v", got)
	}
}

// TestOthersAnswers: the answer of somebody else can be signed; it goes with the form as it was
// written.
func TestOthersAnswers(t *testing.T) {
	t.Parallel()
	m := offeringAnswers(t, Draft{})
	m.Callback.Requirement = callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}}
	m.Signatures = []callbacks.Signature{viewstest.SignedAnswer(`{"limit":0.10}`)}
	m.Standing = callbacks.Weigh(m.Callback.Requirement, m.Signatures)
	page := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m))
	form := page.Find("form[data-others-answer]")
	if title := form.Find("h3").Text(); !strings.Contains(title, "’s answer has 1 of 2") || !strings.Contains(title, "Dana") {
		t.Errorf("the title is %q", title)
	}
	if value, _ := form.Find(`input[name="result"]`).Attr("value"); value != `{"limit":0.10}` {
		t.Errorf("it sends %q", value)
	}
	if value, _ := form.Find("button").Attr("value"); value != callbacks.OutcomeResult {
		t.Errorf("the button is for %q", value)
	}
	own := viewstest.Shell("mine", "/")
	own.Viewer.ID = viewstest.Dana.ID
	if got := othersAnswers(m, own); len(got) != 0 {
		t.Errorf("her own answer is offered to her: %+v", got)
	}
}
