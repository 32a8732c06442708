package words

import (
	"testing"

	"countersign/internal/callbacks"
)

func TestAuditOfSignatures(t *testing.T) {
	t.Parallel()
	given := &callbacks.Signed{By: "Mara", Outcome: "Approve", Stance: callbacks.For, Rule: "large", Has: 1, Needs: 3}
	acting := *given
	acting.ActingFor, acting.Rule = "Dana", ""
	needs := func(n int, rule string) callbacks.Requirement {
		return callbacks.Requirement{Rule: rule, Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: n}}}}
	}
	for want, entry := range map[string]callbacks.AuditEntry{
		"Approve: 1 of 3 by the rule large.": {Action: callbacks.ActionSigned, Facts: callbacks.Facts{Signature: given}},
		"Approve, acting for Dana: 1 of 3.":  {Action: callbacks.ActionSigned, Facts: callbacks.Facts{Signature: &acting}},
		"Approve: 1 of 3 by the rule large. I was wrong.": {
			Action: callbacks.ActionWithdrawn, Facts: callbacks.Facts{Signature: given, Reason: "I was wrong."},
		},
		"The signature of Mara for Approve does not count any more: 1 of 3 by the rule large. The request changed.": {
			Action: callbacks.ActionVoid, Facts: callbacks.Facts{Signature: given, Reason: "The request changed."},
		},
		"Fewer signatures. From 2 signatures by the rule large to 1 signature by the rule small. Priya is away.": {
			Action: callbacks.ActionPolicyApplied,
			Facts:  callbacks.Facts{Policy: &callbacks.Rebound{From: needs(2, "large"), To: needs(1, "small")}, Reason: "Priya is away."},
		},
		"From 1 signature to 2 signatures.": {
			Action: callbacks.ActionPolicyApplied, Facts: callbacks.Facts{Policy: &callbacks.Rebound{From: needs(1, ""), To: needs(2, "")}},
		},
	} {
		if got := Audit(entry); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTooLate(t *testing.T) {
	t.Parallel()
	r := callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"finance"}, For: 1}, {From: []string{"controllers"}, For: 1}}}}
	sign := callbacks.Signature{
		By: callbacks.Actor{ID: "mara"}, Groups: []string{"finance"}, InQueue: true, Proposal: callbacks.Proposal{Stance: callbacks.For},
	}
	if got := TooLate(callbacks.Weigh(r, []callbacks.Signature{sign}).Leading()); got != "1 of 2 signed, too late: 1 more from controllers was missing." {
		t.Errorf("got %q", got)
	}
	if got := TooLate(callbacks.Weigh(r, nil).Leading()); got != "" {
		t.Errorf("got %q where nobody signed", got)
	}
}
