package discovery

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// TestTrace_Subtypes: a waitForCallback is found, named and ended whatever the subtypes of its
// parts are: missing, wrong as older SDKs wrote them, or the author's own.
func TestTrace_Subtypes(t *testing.T) {
	t.Parallel()
	for _, subtype := range []string{history.SubTypeWaitForCallback, "", "RunInChildContext", "Approval-2", "Callback"} {
		for callback, own := range map[string]string{
			"Unnamed": "", "Python": "sign-off create callback id", "Java": "sign-off-callback",
		} {
			for end, tc := range map[string]struct {
				event history.Event
				want  string
			}{
				"Open":     {history.Event{}, `2 "sign-off" open`},
				"Answered": {callbackSucceeded("2"), `2 "sign-off" other@3`},
				"Context":  {contextEnded("1"), `2 "sign-off" execution@3 context`},
				"Stopped":  {executionEnded(callbacks.StatusStopped), `2 "sign-off" execution@3 stopped`},
			} {
				around := history.Event{Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: "1", Name: "sign-off", SubType: subtype}
				started := callbackStarted("2", "1", own)
				started.SubType = subtype
				var trace Trace
				var got []string
				for _, found := range trace.read(events(around, started, tc.event)) {
					got = append(got, told(found))
				}
				if !slices.Equal(got, []string{tc.want}) {
					t.Errorf("%s, %s, subtype %q: got %q, want %q", callback, end, subtype, got, tc.want)
				}
			}
		}
	}
}

// TestTrace_OwnName: a callback that has a name of its own keeps it in a context that is not known
// to be its waitForCallback.
func TestTrace_OwnName(t *testing.T) {
	t.Parallel()
	for _, subtype := range []string{"", "RunInChildContext", "Approval"} {
		var trace Trace
		found := trace.read(events(history.Event{Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: "1", Name: "branch", SubType: subtype}, callbackStarted("2", "1", "sign")))
		if got := found[0].Start.Name; got != "sign" {
			t.Errorf("subtype %q: named %q", subtype, got)
		}
	}
}
