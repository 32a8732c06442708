package history

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"countersign/internal/callbacks"
)

// closedAt is when the callback was closed, by event 4.
var closedAt = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// after makes an event some seconds behind the callback's end.
func after(id, seconds int, kind callbacks.OperationKind, operation string, status callbacks.OperationStatus) Event {
	return Event{ID: id, At: closedAt.Add(time.Duration(seconds) * time.Second), Kind: kind, Operation: operation, Name: operation, Status: status}
}

func (e Event) in(parent string) Event { e.Parent = parent; return e }
func (e Event) named(name string) Event {
	e.Name = name
	return e
}

func (e Event) gives(result string) Event { e.Payload = []byte(result); return e }

func (e Event) because(errorType, message string) Event {
	e.Error = &callbacks.ErrorObject{ErrorType: errorType, ErrorMessage: message, ErrorData: "secret", StackTrace: []string{"secret"}}
	return e
}

// invoked is an invocation that began some seconds behind the callback's end.
func invoked(id, began int) Event {
	return Event{ID: id, At: closedAt.Add(time.Hour), Kind: callbacks.OperationInvocation, InvokedAt: closedAt.Add(time.Duration(began) * time.Second)}
}

// linesOf are the steps as text.
func linesOf(a *callbacks.FollowUp) []string {
	var lines []string
	for _, s := range a.Steps {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s +%v %v %s", s.Kind, s.Name, s.Status, s.At.Sub(closedAt), s.Took, s.Note)))
	}
	return lines
}

// followUps are histories behind the end of a callback, and the steps that a page shows of each.
var followUps = map[string]struct {
	events []Event
	status callbacks.OperationStatus
	want   []string
}{
	"Nothing": {nil, callbacks.StatusRunning, nil},
	"ReadBefore": {
		[]Event{after(3, -9, callbacks.OperationStep, "ask", callbacks.StatusSucceeded), after(4, 0, callbacks.OperationCallback, "cb", callbacks.StatusSucceeded)},
		callbacks.StatusRunning, nil,
	},
	"Succeeds": {
		[]Event{
			after(5, 1, callbacks.OperationStep, "charge", callbacks.StatusRunning), after(6, 3, callbacks.OperationStep, "charge", callbacks.StatusSucceeded).gives(`"st_51Q8"`),
			after(7, 4, callbacks.OperationExecution, "", callbacks.StatusSucceeded),
		},
		callbacks.StatusSucceeded, []string{"step charge succeeded +3s 2s st_51Q8"},
	},
	"Fails": {
		[]Event{
			after(5, 1, callbacks.OperationStep, "charge", callbacks.StatusRunning),
			after(6, 3, callbacks.OperationStep, "charge", callbacks.StatusFailed).because("Declined", "card expired"),
			after(7, 3, callbacks.OperationExecution, "", callbacks.StatusFailed).because("Declined", "card expired"),
		},
		callbacks.StatusFailed, []string{"step charge failed +3s 2s Declined: card expired"},
	},
	"Stopped": {
		[]Event{after(5, 1, callbacks.OperationStep, "charge", callbacks.StatusRunning), after(6, 3, callbacks.OperationExecution, "", callbacks.StatusStopped)},
		callbacks.StatusStopped, []string{"step charge running +1s 0s"},
	},
	"RetryKeepsTheStart": {
		[]Event{
			after(5, 1, callbacks.OperationStep, "charge", callbacks.StatusRunning),
			after(6, 2, callbacks.OperationStep, "charge", callbacks.StatusRetrying).because("Busy", "try later"),
			after(7, 5, callbacks.OperationStep, "charge", callbacks.StatusRunning), after(8, 9, callbacks.OperationStep, "charge", callbacks.StatusSucceeded).gives("7"),
		},
		callbacks.StatusRunning, []string{"step charge succeeded +9s 8s 7"},
	},
	"BetweenRetries": {
		[]Event{after(5, 1, callbacks.OperationStep, "charge", callbacks.StatusRunning), after(6, 2, callbacks.OperationStep, "charge", callbacks.StatusRetrying).because("Busy", "")},
		callbacks.StatusRunning, []string{"step charge retrying +1s 0s Busy"},
	},
	"WhatGoesOnIsLast": {
		[]Event{
			after(5, 1, callbacks.OperationWait, "cool-off", callbacks.StatusRunning), after(6, 2, callbacks.OperationInvoke, "ledger", callbacks.StatusRunning),
			after(7, 4, callbacks.OperationInvoke, "ledger", callbacks.StatusTimedOut), after(8, 5, callbacks.OperationWait, "pause", callbacks.StatusRunning),
			after(9, 6, callbacks.OperationWait, "pause", callbacks.StatusCancelled),
		},
		callbacks.StatusRunning, []string{"invoke ledger timed_out +4s 2s", "wait pause cancelled +6s 1s", "wait cool-off running +1s 0s"},
	},
	"WorkFromBefore": {
		[]Event{
			after(5, 0, callbacks.OperationContext, "around", callbacks.StatusSucceeded), after(6, 0, callbacks.OperationCallback, "wait", callbacks.StatusSucceeded),
			after(7, 1, callbacks.OperationStep, "parallel", callbacks.StatusSucceeded), after(8, 1, callbacks.OperationWait, "w", callbacks.StatusSucceeded),
		},
		callbacks.StatusRunning, []string{"step parallel succeeded +1s 0s"},
	},
	"ASecondWaitForCallback": {
		[]Event{
			after(5, 1, callbacks.OperationCallback, "second", callbacks.StatusRunning), after(6, 1, callbacks.OperationCallback, "inner", callbacks.StatusRunning).in("second").named(""),
			after(7, 1, callbacks.OperationStep, "submitter", callbacks.StatusRunning).in("second"), after(8, 2, callbacks.OperationStep, "submitter", callbacks.StatusSucceeded).in("second"),
		},
		callbacks.StatusRunning, []string{"callback second running +1s 0s"},
	},
	"Contexts": {
		[]Event{
			after(5, 1, callbacks.OperationContext, "notify", callbacks.StatusRunning), after(6, 1, callbacks.OperationContext, "1-1", callbacks.StatusRunning).named(""),
			after(7, 2, callbacks.OperationStep, "mail", callbacks.StatusRunning).in("notify"), after(8, 3, callbacks.OperationStep, "mail", callbacks.StatusSucceeded).in("notify"),
			after(9, 3, callbacks.OperationContext, "1-1", callbacks.StatusFailed).named(""), after(10, 4, callbacks.OperationContext, "notify", callbacks.StatusSucceeded),
		},
		callbacks.StatusRunning, []string{"step mail succeeded +3s 1s", "context notify succeeded +4s 3s"},
	},
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	for name, test := range followUps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// in one reading, or in several
			for _, size := range []int{1, 2, len(test.events) + 1} {
				a := &callbacks.FollowUp{Status: callbacks.StatusRunning, Last: 4}
				for batch := range slices.Chunk(test.events, size) {
					batch = slices.Clone(batch)
					slices.Reverse(batch)
					Tail{Events: batch}.AddTo(a, closedAt)
				}
				if got := linesOf(a); a.Status != test.status || !slices.Equal(got, test.want) {
					t.Errorf("by %d: %s with\n%q, want %s with\n%q", size, a.Status, got, test.status, test.want)
				}
			}
		})
	}
}

func TestFollowUpEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 999)
	a := &callbacks.FollowUp{Status: callbacks.StatusRunning, Last: 4}
	if a.EndedBadly() || (*callbacks.FollowUp)(nil).EndedBadly() {
		t.Error("what runs, or is not known, ended badly")
	}
	end := after(9, 7, callbacks.OperationExecution, "", callbacks.StatusFailed).because("Validation\nError", long)
	if news := (Tail{Events: []Event{end}}).AddTo(a, closedAt); !news || !a.EndedBadly() {
		t.Errorf("after a failure: news %t, %+v", news, a)
	}
	if a.Event != 9 || !a.EndedAt.Equal(end.At) || a.Error.ErrorType != "Validation Error" || a.Error.ErrorData != "" || a.Error.StackTrace != nil {
		t.Errorf("the end is %+v", a)
	}
	if n := utf8.RuneCountInString(a.Error.ErrorMessage); n != callbacks.MaxNoteRunes || !strings.HasSuffix(a.Error.ErrorMessage, "x…") {
		t.Errorf("a long message keeps %d runes: %q", n, a.Error.ErrorMessage)
	}
	if (Tail{Events: []Event{end}}).AddTo(a, closedAt) {
		t.Error("what was read before is news")
	}
}

func TestFollowUpResumes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []Event
		want   time.Duration // behind the callback's end, negative for never
	}{
		"Nothing":                {nil, -1},
		"InvocationFromBefore":   {[]Event{invoked(5, -3)}, -1},
		"Invocation":             {[]Event{invoked(5, 2)}, 2},
		"AtOnce":                 {[]Event{invoked(5, 0)}, 0},
		"StepInTheOldInvocation": {[]Event{after(5, 1, callbacks.OperationStep, "s", callbacks.StatusRunning), invoked(6, -3)}, 1},
		"StepThenItsInvocation":  {[]Event{after(5, 3, callbacks.OperationStep, "s", callbacks.StatusRunning), invoked(6, 2), invoked(7, 9)}, 2},
		"OldStepEnds":            {[]Event{after(5, 3, callbacks.OperationStep, "s", callbacks.StatusSucceeded)}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &callbacks.FollowUp{Last: 4}
			Tail{Events: test.events}.AddTo(a, closedAt)
			if got := a.ResumedAt; test.want < 0 && !got.IsZero() || test.want >= 0 && !got.Equal(closedAt.Add(test.want*time.Second)) {
				t.Errorf("resumed at %v", got)
			}
		})
	}
}

func TestFollowUpIsBounded(t *testing.T) {
	t.Parallel()
	a := &callbacks.FollowUp{Status: callbacks.StatusRunning}
	Tail{Events: []Event{after(1, 0, callbacks.OperationStep, "slow", callbacks.StatusRunning)}}.AddTo(a, closedAt)
	for i := range 3 * callbacks.MaxFollowUpSteps {
		Tail{Events: []Event{after(2+i, 1+i, callbacks.OperationStep, fmt.Sprint("s", i), callbacks.StatusSucceeded)}}.AddTo(a, closedAt)
	}
	last := a.Steps[len(a.Steps)-1]
	if len(a.Steps) != callbacks.MaxFollowUpSteps || !a.Skipped || last.Name != "slow" || a.Steps[callbacks.MaxFollowUpSteps-2].Name != "s59" {
		t.Errorf("%d steps, skipped %t: %q", len(a.Steps), a.Skipped, linesOf(a))
	}
	if gap := new(callbacks.FollowUp); (Tail{Gap: true}).AddTo(gap, closedAt) || !gap.Skipped {
		t.Error("a gap is not noted")
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                       "",
		"null":                   "",
		`""`:                     "",
		`"re_A-1"`:               "re_A-1",
		`{"id": 7,` + "\n\t}":    `{"id": 7, }`,
		`"broken`:                `"broken`,
		"a\x00b\u202ec\u200bd":   "a b\u202ec\u200bd",
		"\xff\xfeok":             "ok",
		strings.Repeat("é", 201): strings.Repeat("é", 199) + "…",
		strings.Repeat("é", 200): strings.Repeat("é", 200),
	} {
		e := Event{Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, Payload: []byte(in)}
		if got := noteOf(&e); got != want {
			t.Errorf("%.20q is noted as %q, want %q", in, got, want)
		}
	}
}

// TestFollowUp_Subtypes: without the usual subtype a waitForCallback is told part by part, each by
// its name.
func TestFollowUp_Subtypes(t *testing.T) {
	t.Parallel()
	at := closedAt
	var a callbacks.FollowUp
	Tail{Events: []Event{
		{ID: 1, At: at, Kind: callbacks.OperationContext, Operation: "1", Name: "sign-off", Status: callbacks.StatusRunning},
		{ID: 2, At: at.Add(time.Second), Kind: callbacks.OperationCallback, Operation: "2", Parent: "1", Status: callbacks.StatusRunning},
		{ID: 3, At: at.Add(2 * time.Second), Kind: callbacks.OperationStep, Operation: "3", Parent: "1", Name: "ask", Status: callbacks.StatusRunning},
	}}.AddTo(&a, at)
	var got []string
	for _, s := range a.Steps {
		got = append(got, string(s.Kind)+" "+s.Name)
	}
	if want := []string{"context sign-off", "callback sign-off", "step ask"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFollowUp_WaitForCallback: a context with the usual subtype is one callback, and its parts are
// not shown.
func TestFollowUp_WaitForCallback(t *testing.T) {
	t.Parallel()
	waits := func(id, seconds int, status callbacks.OperationStatus) Event {
		e := after(id, seconds, callbacks.OperationContext, "sign-off", status)
		e.SubType = SubTypeWaitForCallback
		return e
	}
	a := &callbacks.FollowUp{Last: 4}
	Tail{Events: []Event{
		waits(5, 1, callbacks.StatusRunning), after(6, 1, callbacks.OperationCallback, "cb", callbacks.StatusRunning).in("sign-off"),
		after(7, 1, callbacks.OperationStep, "submitter", callbacks.StatusRunning).in("sign-off"), waits(8, 3, callbacks.StatusSucceeded),
	}}.AddTo(a, closedAt)
	if got, want := linesOf(a), []string{"callback sign-off succeeded +3s 2s"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNotes_NothingSent: what somebody sent to a callback is not told, nor which clock ended it.
func TestNotes_NothingSent(t *testing.T) {
	t.Parallel()
	for _, e := range []Event{
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Payload: []byte(`"what a reviewer said"`)},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusTimedOut, Cause: callbacks.CauseTimeout},
		{Kind: callbacks.OperationContext, Status: callbacks.StatusSucceeded, Payload: []byte(`"again"`)},
	} {
		if got := noteOf(&e); got != "" {
			t.Errorf("%s %s is noted as %q", e.Kind, e.Status, got)
		}
	}
}
