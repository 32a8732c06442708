package callbacks

import (
	"slices"
	"testing"
	"time"
)

// TestTrace_Subtypes: a waitForCallback is found, named and ended whatever the subtypes of its parts are: missing, wrong as older
// SDKs wrote them, or the author's own.
func TestTrace_Subtypes(t *testing.T) {
	t.Parallel()
	for _, subtype := range []string{SubTypeWaitForCallback, "", "RunInChildContext", "Approval-2", "Callback"} {
		for callback, own := range map[string]string{
			"Unnamed": "", "Python": "sign-off create callback id", "Java": "sign-off-callback",
		} {
			for end, tc := range map[string]struct {
				event Event
				want  string
			}{
				"Open":     {Event{Kind: EventOther}, `2 "sign-off" open`},
				"Answered": {callbackSucceeded("2"), `2 "sign-off" other@3`},
				"Context":  {contextEnded("1"), `2 "sign-off" execution@3 ` + contextSentence},
				"Stopped":  {executionEnded(ExecutionStopped), `2 "sign-off" execution@3 ` + endSentence[ExecutionStopped]},
			} {
				around := Event{Kind: EventContextStarted, Operation: "1", Name: "sign-off", SubType: subtype}
				started := callbackStarted("2", "1", own)
				started.SubType = subtype
				var trace Trace
				var got []string
				for _, found := range trace.read(history(around, started, tc.event)) {
					got = append(got, told(found))
				}
				if !slices.Equal(got, []string{tc.want}) {
					t.Errorf("%s, %s, subtype %q: got %q, want %q", callback, end, subtype, got, tc.want)
				}
			}
		}
	}
}

// TestTrace_OwnName: a callback that has a name of its own keeps it in a context that is not known to be its waitForCallback.
func TestTrace_OwnName(t *testing.T) {
	t.Parallel()
	for _, subtype := range []string{"", "RunInChildContext", "Approval"} {
		var trace Trace
		found := trace.read(history(Event{Kind: EventContextStarted, Operation: "1", Name: "branch", SubType: subtype}, callbackStarted("2", "1", "sign")))
		if got := found[0].Start.Name; got != "sign" {
			t.Errorf("subtype %q: named %q", subtype, got)
		}
	}
}

// TestAftermath_Subtypes: without the usual subtype a waitForCallback is told part by part, each by its name.
func TestAftermath_Subtypes(t *testing.T) {
	t.Parallel()
	at := traceStart
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
