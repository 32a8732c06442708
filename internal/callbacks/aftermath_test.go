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
func after(id, seconds int, kind OperationKind, operation string, status AfterStatus) AfterEvent {
	return AfterEvent{ID: id, At: closedAt.Add(time.Duration(seconds) * time.Second), Kind: kind, Operation: operation, Name: operation, Status: status}
}

func (e AfterEvent) in(parent string) AfterEvent { e.Parent = parent; return e }
func (e AfterEvent) named(name string) AfterEvent {
	e.Name = name
	return e
}

func (e AfterEvent) gives(result string) AfterEvent { e.Result = result; return e }

func (e AfterEvent) because(errorType, message string) AfterEvent {
	e.Error = ErrorObject{ErrorType: errorType, ErrorMessage: message, ErrorData: "secret", StackTrace: []string{"secret"}}
	return e
}

// invoked is an invocation that began some seconds behind the callback's end.
func invoked(id, began int) AfterEvent {
	return AfterEvent{ID: id, At: closedAt.Add(time.Hour), Kind: OperationInvocation, StartedAt: closedAt.Add(time.Duration(began) * time.Second)}
}

// lines are the steps as text.
func (a *Aftermath) lines() []string {
	var lines []string
	for _, s := range a.Steps {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s +%v %v %s", s.Kind, s.Name, s.Status, s.At.Sub(closedAt), s.Took, s.Note)))
	}
	return lines
}

func TestAftermath(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []AfterEvent
		status AfterStatus
		want   []string
	}{
		"Nothing": {nil, AfterRunning, nil},
		"ReadBefore": {
			[]AfterEvent{after(3, -9, OperationStep, "ask", AfterSucceeded), after(4, 0, OperationCallback, "cb", AfterSucceeded)},
			AfterRunning, nil,
		},
		"Succeeds": {
			[]AfterEvent{
				after(5, 1, OperationStep, "charge", AfterRunning), after(6, 3, OperationStep, "charge", AfterSucceeded).gives(`"st_51Q8"`),
				after(7, 4, OperationExecution, "", AfterSucceeded),
			},
			AfterSucceeded, []string{"step charge succeeded +3s 2s st_51Q8"},
		},
		"Fails": {
			[]AfterEvent{
				after(5, 1, OperationStep, "charge", AfterRunning),
				after(6, 3, OperationStep, "charge", AfterFailed).because("Declined", "card expired"),
				after(7, 3, OperationExecution, "", AfterFailed).because("Declined", "card expired"),
			},
			AfterFailed, []string{"step charge failed +3s 2s Declined: card expired"},
		},
		"Stopped": {
			[]AfterEvent{after(5, 1, OperationStep, "charge", AfterRunning), after(6, 3, OperationExecution, "", AfterStopped)},
			AfterStopped, []string{"step charge running +1s 0s"},
		},
		"RetryKeepsTheStart": {
			[]AfterEvent{
				after(5, 1, OperationStep, "charge", AfterRunning),
				after(6, 2, OperationStep, "charge", AfterRetrying).because("Busy", "try later"),
				after(7, 5, OperationStep, "charge", AfterRunning), after(8, 9, OperationStep, "charge", AfterSucceeded).gives("7"),
			},
			AfterRunning, []string{"step charge succeeded +9s 8s 7"},
		},
		"BetweenRetries": {
			[]AfterEvent{after(5, 1, OperationStep, "charge", AfterRunning), after(6, 2, OperationStep, "charge", AfterRetrying).because("Busy", "")},
			AfterRunning, []string{"step charge retrying +1s 0s Busy"},
		},
		"WhatGoesOnIsLast": {
			[]AfterEvent{
				after(5, 1, OperationWait, "cool-off", AfterRunning), after(6, 2, OperationInvoke, "ledger", AfterRunning),
				after(7, 4, OperationInvoke, "ledger", AfterTimedOut), after(8, 5, OperationWait, "pause", AfterRunning),
				after(9, 6, OperationWait, "pause", AfterCancelled),
			},
			AfterRunning, []string{"invoke ledger timed_out +4s 2s", "wait pause cancelled +6s 1s", "wait cool-off running +1s 0s"},
		},
		"WorkFromBefore": {
			[]AfterEvent{
				after(5, 0, OperationContext, "around", AfterSucceeded), after(6, 0, OperationCallback, "wait", AfterSucceeded),
				after(7, 1, OperationStep, "parallel", AfterSucceeded), after(8, 1, OperationWait, "w", AfterSucceeded),
			},
			AfterRunning, []string{"step parallel succeeded +1s 0s"},
		},
		"ASecondWaitForCallback": {
			[]AfterEvent{
				after(5, 1, OperationCallback, "second", AfterRunning), after(6, 1, OperationCallback, "inner", AfterRunning).in("second").named(""),
				after(7, 1, OperationStep, "submitter", AfterRunning).in("second"), after(8, 2, OperationStep, "submitter", AfterSucceeded).in("second"),
			},
			AfterRunning, []string{"callback second running +1s 0s"},
		},
		"Contexts": {
			[]AfterEvent{
				after(5, 1, OperationContext, "notify", AfterRunning), after(6, 1, OperationContext, "1-1", AfterRunning).named(""),
				after(7, 2, OperationStep, "mail", AfterRunning).in("notify"), after(8, 3, OperationStep, "mail", AfterSucceeded).in("notify"),
				after(9, 3, OperationContext, "1-1", AfterFailed).named(""), after(10, 4, OperationContext, "notify", AfterSucceeded),
			},
			AfterRunning, []string{"step mail succeeded +3s 1s", "context notify succeeded +4s 3s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// in one reading, or in several
			for _, size := range []int{1, 2, len(test.events) + 1} {
				a := &Aftermath{Status: AfterRunning, Last: 4}
				for batch := range slices.Chunk(test.events, size) {
					batch = slices.Clone(batch)
					slices.Reverse(batch)
					a.Add(AfterPage{Events: batch}, closedAt)
				}
				if got := a.lines(); a.Status != test.status || !slices.Equal(got, test.want) {
					t.Errorf("by %d: %s with\n%q, want %s with\n%q", size, a.Status, got, test.status, test.want)
				}
			}
		})
	}
}

func TestAftermathEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 999)
	a := &Aftermath{Status: AfterRunning, Last: 4}
	if a.EndedBadly() || (*Aftermath)(nil).EndedBadly() {
		t.Error("what runs, or is not known, ended badly")
	}
	end := after(9, 7, OperationExecution, "", AfterFailed).because("Validation\nError", long)
	if news := a.Add(AfterPage{Events: []AfterEvent{end}}, closedAt); !news || !a.EndedBadly() {
		t.Errorf("after a failure: news %t, %+v", news, a)
	}
	if a.Event != 9 || !a.EndedAt.Equal(end.At) || a.Error.ErrorType != "Validation Error" || a.Error.ErrorData != "" || a.Error.StackTrace != nil {
		t.Errorf("the end is %+v", a)
	}
	if n := utf8.RuneCountInString(a.Error.ErrorMessage); n != MaxNoteRunes || !strings.HasSuffix(a.Error.ErrorMessage, "x…") {
		t.Errorf("a long message keeps %d runes: %q", n, a.Error.ErrorMessage)
	}
	if a.Add(AfterPage{Events: []AfterEvent{end}}, closedAt) {
		t.Error("what was read before is news")
	}
}

func TestAftermathResumes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []AfterEvent
		want   time.Duration // behind the callback's end, negative for never
	}{
		"Nothing":                {nil, -1},
		"InvocationFromBefore":   {[]AfterEvent{invoked(5, -3)}, -1},
		"Invocation":             {[]AfterEvent{invoked(5, 2)}, 2},
		"AtOnce":                 {[]AfterEvent{invoked(5, 0)}, 0},
		"StepInTheOldInvocation": {[]AfterEvent{after(5, 1, OperationStep, "s", AfterRunning), invoked(6, -3)}, 1},
		"StepThenItsInvocation":  {[]AfterEvent{after(5, 3, OperationStep, "s", AfterRunning), invoked(6, 2), invoked(7, 9)}, 2},
		"OldStepEnds":            {[]AfterEvent{after(5, 3, OperationStep, "s", AfterSucceeded)}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &Aftermath{Last: 4}
			a.Add(AfterPage{Events: test.events}, closedAt)
			if got := a.ResumedAt; test.want < 0 && !got.IsZero() || test.want >= 0 && !got.Equal(closedAt.Add(test.want*time.Second)) {
				t.Errorf("resumed at %v", got)
			}
		})
	}
}

func TestAftermathIsBounded(t *testing.T) {
	t.Parallel()
	a := &Aftermath{Status: AfterRunning}
	a.Add(AfterPage{Events: []AfterEvent{after(1, 0, OperationStep, "slow", AfterRunning)}}, closedAt)
	for i := range 3 * MaxAfterSteps {
		a.Add(AfterPage{Events: []AfterEvent{after(2+i, 1+i, OperationStep, fmt.Sprint("s", i), AfterSucceeded)}}, closedAt)
	}
	last := a.Steps[len(a.Steps)-1]
	if len(a.Steps) != MaxAfterSteps || !a.Skipped || last.Name != "slow" || a.Steps[MaxAfterSteps-2].Name != "s59" {
		t.Errorf("%d steps, skipped %t: %q", len(a.Steps), a.Skipped, a.lines())
	}
	if gap := new(Aftermath); gap.Add(AfterPage{Gap: true}, closedAt) || !gap.Skipped {
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
		e := AfterEvent{Status: AfterSucceeded, Result: in}
		if got := noteOf(&e); got != want {
			t.Errorf("%.20q is noted as %q, want %q", in, got, want)
		}
	}
}

// TestAftermath_Subtypes: without the usual subtype a waitForCallback is told part by part, each by
// its name.
func TestAftermath_Subtypes(t *testing.T) {
	t.Parallel()
	at := closedAt
	var a Aftermath
	a.Add(AfterPage{Events: []AfterEvent{
		{ID: 1, At: at, Kind: OperationContext, Operation: "1", Name: "sign-off", Status: AfterRunning},
		{ID: 2, At: at.Add(time.Second), Kind: OperationCallback, Operation: "2", Parent: "1", Status: AfterRunning},
		{ID: 3, At: at.Add(2 * time.Second), Kind: OperationStep, Operation: "3", Parent: "1", Name: "ask", Status: AfterRunning},
	}}, at)
	var got []string
	for _, s := range a.Steps {
		got = append(got, string(s.Kind)+" "+s.Name)
	}
	if want := []string{"context sign-off", "callback sign-off", "step ask"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
