package callbacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// closedAt is when the callback was closed, by event 4.
var closedAt = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// after makes an event some seconds behind the callback's end.
func after(id, seconds int, kind OperationKind, operation string, status OperationStatus) OperationEvent {
	return OperationEvent{ID: id, At: closedAt.Add(time.Duration(seconds) * time.Second), Kind: kind, Operation: operation, Name: operation, Status: status}
}

func (e OperationEvent) in(parent string) OperationEvent { e.Parent = parent; return e }
func (e OperationEvent) named(name string) OperationEvent {
	e.Name = name
	return e
}

func (e OperationEvent) gives(result string) OperationEvent { e.Result = result; return e }

func (e OperationEvent) because(errorType, message string) OperationEvent {
	e.Error = ErrorObject{ErrorType: errorType, ErrorMessage: message, ErrorData: "secret", StackTrace: []string{"secret"}}
	return e
}

// invoked is an invocation that began some seconds behind the callback's end.
func invoked(id, began int) OperationEvent {
	return OperationEvent{ID: id, At: closedAt.Add(time.Hour), Kind: OperationInvocation, StartedAt: closedAt.Add(time.Duration(began) * time.Second)}
}

// lines are the steps as text.
func (a *FollowUp) lines() []string {
	var lines []string
	for _, s := range a.Steps {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s +%v %v %s", s.Kind, s.Name, s.Status, s.At.Sub(closedAt), s.Took, s.Note)))
	}
	return lines
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []OperationEvent
		status OperationStatus
		want   []string
	}{
		"Nothing": {nil, StatusRunning, nil},
		"ReadBefore": {
			[]OperationEvent{after(3, -9, OperationStep, "ask", StatusSucceeded), after(4, 0, OperationCallback, "cb", StatusSucceeded)},
			StatusRunning, nil,
		},
		"Succeeds": {
			[]OperationEvent{
				after(5, 1, OperationStep, "charge", StatusRunning), after(6, 3, OperationStep, "charge", StatusSucceeded).gives(`"st_51Q8"`),
				after(7, 4, OperationExecution, "", StatusSucceeded),
			},
			StatusSucceeded, []string{"step charge succeeded +3s 2s st_51Q8"},
		},
		"Fails": {
			[]OperationEvent{
				after(5, 1, OperationStep, "charge", StatusRunning),
				after(6, 3, OperationStep, "charge", StatusFailed).because("Declined", "card expired"),
				after(7, 3, OperationExecution, "", StatusFailed).because("Declined", "card expired"),
			},
			StatusFailed, []string{"step charge failed +3s 2s Declined: card expired"},
		},
		"Stopped": {
			[]OperationEvent{after(5, 1, OperationStep, "charge", StatusRunning), after(6, 3, OperationExecution, "", StatusStopped)},
			StatusStopped, []string{"step charge running +1s 0s"},
		},
		"RetryKeepsTheStart": {
			[]OperationEvent{
				after(5, 1, OperationStep, "charge", StatusRunning),
				after(6, 2, OperationStep, "charge", StatusRetrying).because("Busy", "try later"),
				after(7, 5, OperationStep, "charge", StatusRunning), after(8, 9, OperationStep, "charge", StatusSucceeded).gives("7"),
			},
			StatusRunning, []string{"step charge succeeded +9s 8s 7"},
		},
		"BetweenRetries": {
			[]OperationEvent{after(5, 1, OperationStep, "charge", StatusRunning), after(6, 2, OperationStep, "charge", StatusRetrying).because("Busy", "")},
			StatusRunning, []string{"step charge retrying +1s 0s Busy"},
		},
		"WhatGoesOnIsLast": {
			[]OperationEvent{
				after(5, 1, OperationWait, "cool-off", StatusRunning), after(6, 2, OperationInvoke, "ledger", StatusRunning),
				after(7, 4, OperationInvoke, "ledger", StatusTimedOut), after(8, 5, OperationWait, "pause", StatusRunning),
				after(9, 6, OperationWait, "pause", StatusCancelled),
			},
			StatusRunning, []string{"invoke ledger timed_out +4s 2s", "wait pause cancelled +6s 1s", "wait cool-off running +1s 0s"},
		},
		"WorkFromBefore": {
			[]OperationEvent{
				after(5, 0, OperationContext, "around", StatusSucceeded), after(6, 0, OperationCallback, "wait", StatusSucceeded),
				after(7, 1, OperationStep, "parallel", StatusSucceeded), after(8, 1, OperationWait, "w", StatusSucceeded),
			},
			StatusRunning, []string{"step parallel succeeded +1s 0s"},
		},
		"ASecondWaitForCallback": {
			[]OperationEvent{
				after(5, 1, OperationCallback, "second", StatusRunning), after(6, 1, OperationCallback, "inner", StatusRunning).in("second").named(""),
				after(7, 1, OperationStep, "submitter", StatusRunning).in("second"), after(8, 2, OperationStep, "submitter", StatusSucceeded).in("second"),
			},
			StatusRunning, []string{"callback second running +1s 0s"},
		},
		"Contexts": {
			[]OperationEvent{
				after(5, 1, OperationContext, "notify", StatusRunning), after(6, 1, OperationContext, "1-1", StatusRunning).named(""),
				after(7, 2, OperationStep, "mail", StatusRunning).in("notify"), after(8, 3, OperationStep, "mail", StatusSucceeded).in("notify"),
				after(9, 3, OperationContext, "1-1", StatusFailed).named(""), after(10, 4, OperationContext, "notify", StatusSucceeded),
			},
			StatusRunning, []string{"step mail succeeded +3s 1s", "context notify succeeded +4s 3s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// in one reading, or in several
			for _, size := range []int{1, 2, len(test.events) + 1} {
				a := &FollowUp{Status: StatusRunning, Last: 4}
				for batch := range slices.Chunk(test.events, size) {
					batch = slices.Clone(batch)
					slices.Reverse(batch)
					a.Add(OperationPage{Events: batch}, closedAt)
				}
				if got := a.lines(); a.Status != test.status || !slices.Equal(got, test.want) {
					t.Errorf("by %d: %s with\n%q, want %s with\n%q", size, a.Status, got, test.status, test.want)
				}
			}
		})
	}
}

func TestFollowUpEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 999)
	a := &FollowUp{Status: StatusRunning, Last: 4}
	if a.EndedBadly() || (*FollowUp)(nil).EndedBadly() {
		t.Error("what runs, or is not known, ended badly")
	}
	end := after(9, 7, OperationExecution, "", StatusFailed).because("Validation\nError", long)
	if news := a.Add(OperationPage{Events: []OperationEvent{end}}, closedAt); !news || !a.EndedBadly() {
		t.Errorf("after a failure: news %t, %+v", news, a)
	}
	if a.Event != 9 || !a.EndedAt.Equal(end.At) || a.Error.ErrorType != "Validation Error" || a.Error.ErrorData != "" || a.Error.StackTrace != nil {
		t.Errorf("the end is %+v", a)
	}
	if n := utf8.RuneCountInString(a.Error.ErrorMessage); n != MaxNoteRunes || !strings.HasSuffix(a.Error.ErrorMessage, "x…") {
		t.Errorf("a long message keeps %d runes: %q", n, a.Error.ErrorMessage)
	}
	if a.Add(OperationPage{Events: []OperationEvent{end}}, closedAt) {
		t.Error("what was read before is news")
	}
}

func TestFollowUpResumes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []OperationEvent
		want   time.Duration // behind the callback's end, negative for never
	}{
		"Nothing":                {nil, -1},
		"InvocationFromBefore":   {[]OperationEvent{invoked(5, -3)}, -1},
		"Invocation":             {[]OperationEvent{invoked(5, 2)}, 2},
		"AtOnce":                 {[]OperationEvent{invoked(5, 0)}, 0},
		"StepInTheOldInvocation": {[]OperationEvent{after(5, 1, OperationStep, "s", StatusRunning), invoked(6, -3)}, 1},
		"StepThenItsInvocation":  {[]OperationEvent{after(5, 3, OperationStep, "s", StatusRunning), invoked(6, 2), invoked(7, 9)}, 2},
		"OldStepEnds":            {[]OperationEvent{after(5, 3, OperationStep, "s", StatusSucceeded)}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &FollowUp{Last: 4}
			a.Add(OperationPage{Events: test.events}, closedAt)
			if got := a.ResumedAt; test.want < 0 && !got.IsZero() || test.want >= 0 && !got.Equal(closedAt.Add(test.want*time.Second)) {
				t.Errorf("resumed at %v", got)
			}
		})
	}
}

func TestFollowUpIsBounded(t *testing.T) {
	t.Parallel()
	a := &FollowUp{Status: StatusRunning}
	a.Add(OperationPage{Events: []OperationEvent{after(1, 0, OperationStep, "slow", StatusRunning)}}, closedAt)
	for i := range 3 * MaxFollowUpSteps {
		a.Add(OperationPage{Events: []OperationEvent{after(2+i, 1+i, OperationStep, fmt.Sprint("s", i), StatusSucceeded)}}, closedAt)
	}
	last := a.Steps[len(a.Steps)-1]
	if len(a.Steps) != MaxFollowUpSteps || !a.Skipped || last.Name != "slow" || a.Steps[MaxFollowUpSteps-2].Name != "s59" {
		t.Errorf("%d steps, skipped %t: %q", len(a.Steps), a.Skipped, a.lines())
	}
	if gap := new(FollowUp); gap.Add(OperationPage{Gap: true}, closedAt) || !gap.Skipped {
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
		e := OperationEvent{Status: StatusSucceeded, Result: in}
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
	var a FollowUp
	a.Add(OperationPage{Events: []OperationEvent{
		{ID: 1, At: at, Kind: OperationContext, Operation: "1", Name: "sign-off", Status: StatusRunning},
		{ID: 2, At: at.Add(time.Second), Kind: OperationCallback, Operation: "2", Parent: "1", Status: StatusRunning},
		{ID: 3, At: at.Add(2 * time.Second), Kind: OperationStep, Operation: "3", Parent: "1", Name: "ask", Status: StatusRunning},
	}}, at)
	var got []string
	for _, s := range a.Steps {
		got = append(got, string(s.Kind)+" "+s.Name)
	}
	if want := []string{"context sign-off", "callback sign-off", "step ask"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
