package discovery

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

var traceStart = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// events numbers events and lets a second pass between them.
func events(events ...history.Event) []history.Event {
	for i := range events {
		events[i].ID = i + 1
		events[i].At = traceStart.Add(time.Duration(i) * time.Second)
	}
	return events
}

func executionStarted(limit time.Duration) history.Event {
	return history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusRunning, Operation: "root", ExecutionTimeout: limit}
}

func executionEnded(how callbacks.OperationStatus) history.Event {
	return history.Event{Kind: callbacks.OperationExecution, Status: how, Operation: "root"}
}

func callbackStarted(operation, parent, name string) history.Event {
	return history.Event{
		Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning, Operation: operation, Parent: parent, Name: name,
		CallbackID: callbacks.CallbackID("token" + operation),
	}
}

func callbackSucceeded(operation string) history.Event {
	return history.Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Operation: operation}
}

func contextStarted(operation, parent, name string, waits bool) history.Event {
	e := history.Event{
		Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: operation, Parent: parent, Name: name,
		SubType: "RunInChildContext",
	}
	if waits {
		e.SubType = history.SubTypeWaitForCallback
	}
	return e
}

func contextEnded(operation string) history.Event {
	return history.Event{Kind: callbacks.OperationContext, Status: callbacks.StatusSucceeded, Operation: operation}
}

// told is a sighting in one line: operation, name, and "open" or how and with which event it
// closed.
func told(s *sighting) string {
	end := "open"
	if !s.Closing.Open {
		end = fmt.Sprintf("%s@%d", s.Closing.By, s.Closing.EventID)
	}
	switch {
	case s.Closing.Around != callbacks.AroundUnknown:
		end += " " + string(s.Closing.Around)
	case s.Closing.Cause != callbacks.NoDeadline:
		end += " " + string(s.Closing.Cause)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %q %s", s.Operation, s.Start.Name, end))
}

// traces are histories, and the callbacks in each.
var traces = []struct {
	name   string
	events []history.Event
	want   []string
}{
	{"Nothing", events(executionStarted(0)), nil},
	{"Open", events(executionStarted(0), callbackStarted("1", "", "sign")), []string{`1 "sign" open`}},
	{"OpenBelowTheExecution", events(executionStarted(0), callbackStarted("1", "root", "")), []string{`1 "" open`}},
	{"Closed", events(executionStarted(0), callbackStarted("1", "", "sign"), callbackSucceeded("1")), []string{`1 "sign" other@3`}},
	{
		"TwoOneClosed", events(callbackStarted("1", "", "a"), callbackStarted("2", "", "b"), callbackSucceeded("2")),
		[]string{`1 "a" open`, `2 "b" other@3`},
	},
	{
		"NameOfWaitForCallback", events(contextStarted("1", "", "sign-off", true), callbackStarted("1-1", "1", "")),
		[]string{`1-1 "sign-off" open`},
	},
	{
		"NameOfWaitForCallbackFirst", events(contextStarted("1", "", "sign-off", true), callbackStarted("1-1", "1", "sign-off create callback id")),
		[]string{`1-1 "sign-off" open`},
	},
	{
		"UnnamedWaitForCallback", events(contextStarted("1", "", "", true), callbackStarted("1-1", "1", "own")),
		[]string{`1-1 "own" open`},
	},
	{
		"OuterChildContextGivesNoName",
		events(contextStarted("1", "", "branch", false), contextStarted("2", "1", "", false), callbackStarted("3", "2", "")),
		[]string{`3 "" open`},
	},
	{
		"NearestWaitForCallback",
		events(contextStarted("1", "", "outer", true), contextStarted("2", "1", "inner", true), contextStarted("3", "2", "x", false), callbackStarted("4", "3", "")),
		[]string{`4 "inner" open`},
	},
	{
		"SubmitterFailed", events(contextStarted("1", "", "sign-off", true), callbackStarted("1-1", "1", ""), contextEnded("1")),
		[]string{`1-1 "sign-off" execution@3 context`},
	},
	{
		"LostRace",
		events(contextStarted("1", "", "race", false), contextStarted("2", "1", "a", false), contextStarted("3", "1", "b", false),
			callbackStarted("4", "2", "a"), callbackStarted("5", "3", "b"), callbackSucceeded("4"), contextEnded("2"), contextEnded("1")),
		[]string{`4 "a" other@6`, `5 "b" execution@8 context`},
	},
	{
		"StartedAfterItsContext",
		events(contextStarted("1", "", "x", false), contextStarted("2", "1", "y", false), contextEnded("1"), callbackStarted("3", "2", "late")),
		[]string{`3 "late" execution@4 context`},
	},
	{"UnknownContext", events(callbackStarted("1", "never seen", "sign")), []string{`1 "sign" open`}},
	{"EndWithoutStart", events(callbackSucceeded("1"), contextEnded("2")), nil},
	{
		"EndedTwice", events(contextStarted("1", "", "x", true), callbackStarted("2", "1", ""), contextEnded("1"), callbackSucceeded("2")),
		[]string{`2 "x" execution@3 context`},
	},
	{
		"Stopped", events(callbackStarted("1", "", "a"), executionEnded(callbacks.StatusStopped)),
		[]string{`1 "a" execution@2 stopped`},
	},
	{
		"Failed", events(callbackStarted("1", "", "a"), executionEnded(callbacks.StatusFailed)),
		[]string{`1 "a" execution@2 failed`},
	},
	{
		"Succeeded", events(callbackStarted("1", "", "a"), executionEnded(callbacks.StatusSucceeded)),
		[]string{`1 "a" execution@2 succeeded`},
	},
	{
		"TimedOut", events(callbackStarted("1", "", "a"), executionEnded(callbacks.StatusTimedOut)),
		[]string{`1 "a" clock@2 execution`},
	},
}

// TestTrace has the rule what a pending callback is: started, and nothing around it ended (nor it
// itself).
func TestTrace(t *testing.T) {
	t.Parallel()
	for _, tc := range traces {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			backwards := slices.Clone(tc.events)
			slices.Reverse(backwards)
			for _, events := range [][]history.Event{tc.events, backwards} {
				var trace Trace
				var got []string
				for _, s := range trace.read(events) {
					got = append(got, told(s))
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("got %q\nwant %q", got, tc.want)
				}
				if trace.Last != len(tc.events) {
					t.Errorf("last event is %d, want %d", trace.Last, len(tc.events))
				}
			}
		})
	}
}

// TestTrace_InParts reads every history of a callback in two parts, cut anywhere: what is kept
// between them has to do.
func TestTrace_InParts(t *testing.T) {
	t.Parallel()
	events := events(
		executionStarted(time.Hour), contextStarted("1", "root", "sign-off", true), contextStarted("1-1", "1", "", false),
		callbackStarted("1-1-1", "1-1", "inner"), callbackStarted("2", "", "second"), callbackSucceeded("2"), contextEnded("1"),
		callbackStarted("3", "", "third"),
	)
	for cut := range len(events) + 1 {
		var trace Trace
		first := trace.read(events[:cut])
		for _, s := range first {
			trace.know(s.Operation, callbacks.ID("our "+s.Operation))
		}
		kept := trace
		last := map[string]*sighting{}
		for _, s := range append(first, trace.read(events)...) {
			if s.Start.Name == "" && s.ID != callbacks.ID("our "+s.Operation) {
				t.Errorf("cut at %d: the end of %s lost our ID", cut, s.Operation)
			}
			last[s.Operation] = s
		}
		if got := last["1-1-1"]; got.Closing.EventID != 7 || got.Closing.Open || last["2"].Closing.EventID != 6 || !last["3"].Closing.Open {
			t.Errorf("cut at %d: got %s, %s, %s", cut, told(got), told(last["2"]), told(last["3"]))
		}
		if len(trace.Contexts) != 0 || len(trace.Callbacks) != 1 || !trace.Deadline.Equal(traceStart.Add(time.Hour)) {
			t.Errorf("cut at %d: left with %+v", cut, trace)
		}
		trace.know("3", "our 3")
		if kept.Last != cut || len(trace.read(events)) != 0 {
			t.Errorf("cut at %d: reading the same again says something", cut)
		}
	}
}

func TestTrace_LeavesTheOldOne(t *testing.T) {
	t.Parallel()
	var trace Trace
	trace.read(events(contextStarted("1", "", "x", true), callbackStarted("2", "1", "")))
	before := trace
	all := events(contextStarted("1", "", "x", true), callbackStarted("2", "1", ""), contextEnded("1"))
	trace.read(all)
	if len(before.Callbacks) != 1 || len(before.Contexts) != 1 || before.Last != 2 {
		t.Errorf("the trace from before changed to %+v", before)
	}
}
