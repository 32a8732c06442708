package review

import (
	"testing"
	"time"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/viewstest"
)

func TestUsual(t *testing.T) {
	t.Parallel()
	for want, way := range map[string]desk.Way{
		"In past runs: place-order, then SUCCEEDED in about 9\u00a0s. 61 of 61 ended this way.": {
			Next: "place-order", Status: callbacks.StatusSucceeded, Took: 9 * time.Second, Same: 61, Of: 61},
		"In past runs: FAILED in about 2\u00a0s. 9 of 10 ended this way.": {
			Status: callbacks.StatusFailed, Took: 2 * time.Second, Same: 9, Of: 10},
		"In past runs: TIMED OUT. 5 of 5 ended this way.": {Status: callbacks.StatusTimedOut, Same: 5, Of: 5},
	} {
		if got := usual(&way); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestPastAnswers: what a stranger's function got is text, cut to a line, and goes back whole.
func TestPastAnswers(t *testing.T) {
	t.Parallel()
	long := "{\n  \"note\": \"<b>a very long note that says more than a chip can show</b>\"\n}"
	m := offeringAnswers(t, Draft{})
	m.Past = desk.Past{Answers: []desk.PastAnswer{
		{Answer: callbacks.Answer{Format: answers.JSON, Result: long}, Count: 4, Bad: 3},
		{Answer: callbacks.Answer{Format: answers.Text, Result: "a\u202eb"}, Count: 1},
	}}
	chips := reviewPage(t, m).Find("[data-past-answer]")
	if got := viewstest.Words(chips.Eq(0)); got != `{ "note": "<b>a very long note that says more t… 4×, 3 did not succeed` {
		t.Errorf("got %q", got)
	}
	if got := viewstest.Words(chips.Eq(1)); got != "a ⟨U+202E⟩ b 1×" {
		t.Errorf("got %q", got)
	}
	if value := chips.Find(`[name="result"]`).First().AttrOr("value", ""); value != long {
		t.Errorf("it sends %q", value)
	}
	if chips.Find(`button[name="outcome"][value="freeResult"]`).Length() != 2 {
		t.Error("a press sends something else")
	}
}
