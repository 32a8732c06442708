package callbacks

import "testing"

func TestStance(t *testing.T) {
	t.Parallel()
	ours := append(DefaultOutcomes(Failure), DefaultOutcomes(Success)...)
	for name, tt := range map[string]struct {
		outcome Outcome
		want    Stance
	}{
		"Approve":            {ours[0], For},
		"Reject":             {ours[1], Against},
		"RejectAsSuccess":    {ours[3], Against},
		"Failure":            {Outcome{Name: "stop", Label: "Stop", Kind: Failure}, Against},
		"StatedAgainst":      {Outcome{Name: "decline", Label: "Decline", Kind: Success, Stated: Against}, Against},
		"StatedFor":          {Outcome{Name: "release", Label: "Release", Kind: Failure, Stated: For}, For},
		"Success":            {Outcome{Name: "pay-half", Label: "Pay half", Kind: Success}, For},
		"AnotherNamedReject": {Outcome{Name: OutcomeReject, Label: "Send back", Kind: Success}, For},
	} {
		if got := tt.outcome.Stance(); got != tt.want {
			t.Errorf("%s is %s, want %s", name, got, tt.want)
		}
	}
}
