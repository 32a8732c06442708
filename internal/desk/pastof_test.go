package desk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

func times(n int, r desk.PastRun) []desk.PastRun { return slices.Repeat([]desk.PastRun{r}, n) }

func TestPastOf_Ways(t *testing.T) {
	t.Parallel()
	ok := desk.PastRun{Outcome: "approve", Status: callbacks.StatusSucceeded, Next: "place-order", Took: 9 * time.Second}
	failed := desk.PastRun{Outcome: "approve", Status: callbacks.StatusFailed}
	running := desk.PastRun{Outcome: "approve", Status: callbacks.StatusRunning}
	after := func(r desk.PastRun, d time.Duration) desk.PastRun { r.Took = d; return r }
	for name, tt := range map[string]struct {
		runs []desk.PastRun
		want []desk.Way
	}{
		"Nothing":   {nil, nil},
		"Four":      {times(4, ok), nil},
		"Five":      {times(5, ok), []desk.Way{{"approve", "place-order", callbacks.StatusSucceeded, 9 * time.Second, 5, 5}}},
		"NotEnded":  {slices.Concat(times(4, ok), times(9, running), times(1, desk.PastRun{Outcome: "approve"})), nil},
		"MostOften": {slices.Concat(times(4, ok), times(2, failed)), []desk.Way{{"approve", "place-order", callbacks.StatusSucceeded, 9 * time.Second, 4, 6}}},
		"Draw":      {slices.Concat(times(3, ok), times(3, failed)), []desk.Way{{"approve", "", callbacks.StatusFailed, 0, 3, 6}}},
		"Median": {[]desk.PastRun{after(ok, time.Hour), after(ok, 1), after(ok, 3), after(ok, 2), after(ok, time.Hour)},
			[]desk.Way{{"approve", "place-order", callbacks.StatusSucceeded, 3, 5, 5}}},
		"EvenMedian": {[]desk.PastRun{after(ok, time.Hour), after(ok, 2), after(ok, 4), after(ok, 1), after(ok, time.Hour), after(ok, 6)},
			[]desk.Way{{"approve", "place-order", callbacks.StatusSucceeded, 5, 6, 6}}},
		"ByOutcome": {slices.Concat(times(5, ok), times(9, desk.PastRun{Outcome: "reject", Status: callbacks.StatusFailed}), times(4, desk.PastRun{Outcome: "later", Status: callbacks.StatusStopped})),
			[]desk.Way{{"approve", "place-order", callbacks.StatusSucceeded, 9 * time.Second, 5, 5}, {"reject", "", callbacks.StatusFailed, 0, 9, 9}}},
	} {
		if diff := cmp.Diff(tt.want, desk.PastOf(tt.runs).Ways); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestPastOf_Answers(t *testing.T) {
	t.Parallel()
	sent := func(result string, status callbacks.OperationStatus) desk.PastRun {
		return desk.PastRun{Outcome: callbacks.OutcomeResult, Result: []byte(result), Status: status}
	}
	known := func(result string, f answers.Format, count, bad int) desk.PastAnswer {
		return desk.PastAnswer{callbacks.Answer{Format: f, Result: result}, count, bad}
	}
	for name, tt := range map[string]struct {
		runs []desk.PastRun
		want []desk.PastAnswer
	}{
		"Four": {times(4, sent("1", callbacks.StatusSucceeded)), nil},
		"Several": {slices.Concat(times(2, sent("yes", callbacks.StatusFailed)), times(2, sent(`{"a": 1e2}`, callbacks.StatusSucceeded)), times(1, sent("yes", callbacks.StatusRunning))),
			[]desk.PastAnswer{known("yes", answers.Text, 3, 0), known(`{"a": 1e2}`, answers.JSON, 2, 0)}},
		"Five":         {slices.Concat(times(3, sent("no", callbacks.StatusFailed)), times(2, sent("no", callbacks.StatusSucceeded))), []desk.PastAnswer{known("no", answers.Text, 5, 3)}},
		"NotShown":     {times(9, desk.PastRun{Outcome: callbacks.OutcomeResult, Status: callbacks.StatusSucceeded}), nil},
		"OtherOutcome": {times(9, desk.PastRun{Outcome: "approve", Result: []byte(`{"comment":"no"}`), Status: callbacks.StatusSucceeded}), nil},
		"AtMostFour": {[]desk.PastRun{sent("1", ""), sent("2", ""), sent("3", ""), sent("4", ""), sent("5", ""), sent("5", "")},
			[]desk.PastAnswer{known("5", answers.JSON, 2, 0), known("1", answers.JSON, 1, 0), known("2", answers.JSON, 1, 0), known("3", answers.JSON, 1, 0)}},
	} {
		got := desk.PastOf(tt.runs).Answers
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}
