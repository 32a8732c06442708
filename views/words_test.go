package views

import (
	"testing"

	"countersign/internal/callbacks"
)

// TestDecisionWords: only a decision for an outcome that every reviewer knows has their words and colours. A sender's own is told by
// its label, whatever its name is.
func TestDecisionWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, label               string
		kind                      callbacks.Kind
		decided, verb, noun, tone string
	}{
		{"approve", "Approve", callbacks.Success, "Approved", "approved", "approval", "approved"},
		{"reject", "Reject", callbacks.Failure, "Rejected", "rejected", "rejection", "rejected"},
		{"reject", "Reject", callbacks.Success, "Rejected", "rejected", "rejection", "rejected"},
		{"approve", "Escalate", callbacks.Success, "Decided “Escalate”", "chose “Escalate” for", "decision", ""},
		{"approve", "Approve", callbacks.Failure, "Decided “Approve”", "chose “Approve” for", "decision", "rejected"},
		{"reject", "Ask again", callbacks.Success, "Decided “Ask again”", "chose “Ask again” for", "decision", ""},
		{"reject", "Stop", callbacks.Failure, "Decided “Stop”", "chose “Stop” for", "decision", "rejected"},
		{"back", "Send back", callbacks.Success, "Decided “Send back”", "chose “Send back” for", "decision", ""},
	} {
		d := &callbacks.Decision{Outcome: tc.name, Label: tc.label, Kind: tc.kind}
		got := [4]string{decided(d), decidedVerb(d), decisionNoun(known(d)), decisionTone(d)}
		if want := [4]string{tc.decided, tc.verb, tc.noun, tc.tone}; got != want {
			t.Errorf("%s, %q, %s: %q, want %q", tc.name, tc.label, tc.kind, got, want)
		}
	}
}
