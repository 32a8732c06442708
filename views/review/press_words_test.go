package review

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// TestPressOfSenders: a sender's label is in quotes where words of ours are beside it, and can say
// none of them in our place.
func TestPressOfSenders(t *testing.T) {
	t.Parallel()
	pay := callbacks.Outcome{Name: "pay", Label: "Reject, ends it", Kind: callbacks.Success}
	stop := callbacks.Outcome{Name: "stop", Label: "Stop", Kind: callbacks.Failure}
	decline := callbacks.Outcome{Name: "decline", Label: "Decline", Kind: callbacks.Success, Stated: callbacks.Against}
	ours := callbacks.DefaultOutcomes(callbacks.Failure)
	for _, tt := range []struct {
		o     callbacks.Outcome
		sends bool
		want  string
	}{
		{pay, true, "“Reject, ends it”"}, {stop, true, "“Stop”, ends it"},
		{decline, true, "“Decline”, ends it"},
		{pay, false, "Sign “Reject, ends it”, 1 of 2"},
		{ours[0], true, "Approve"}, {ours[1], true, "Reject, ends it"}, {ours[0], false, "Sign approval, 1 of 2"},
	} {
		p := desk.Preview{Prepared: callbacks.Prepared{Outcome: tt.o}, Sends: tt.sends, Tally: callbacks.Tally{Needs: 2}}
		if got := pressFor(p, true).Label; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestFaultsOfWhoCannotSign: an outcome that cannot be sent is offered only to people who could sign
// for it.
func TestFaultsOfWhoCannotSign(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	for i := range m.Previews {
		m.Previews[i].Faults = fault.List{{Pointer: "outcome", Detail: "Too long."}}
	}
	if n := len(offered(m)); n != len(m.Previews) {
		t.Errorf("%d of %d are offered", n, len(m.Previews))
	}
	m.Previews[0].Why = callbacks.Explanation{}
	if n := len(offered(m)); n != len(m.Previews)-1 {
		t.Errorf("%d of %d are offered although one cannot be signed", n, len(m.Previews))
	}
}
