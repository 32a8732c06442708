package words

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// TestSignedMark: a list says how many have signed, and to each reader whether they are meant.
func TestSignedMark(t *testing.T) {
	t.Parallel()
	decided := &callbacks.Decision{}
	for _, tc := range []struct {
		state    callbacks.State
		decision *callbacks.Decision
		signing  desk.Signing
		want     string
	}{
		{callbacks.Pending, nil, desk.Signing{Needs: 1, May: true}, ""},
		{callbacks.Pending, nil, desk.Signing{Needs: 3, May: true}, "0 of 3 signed"},
		{callbacks.Pending, nil, desk.Signing{Has: 1, Needs: 3, May: true}, "1 of 3 signed"},
		{callbacks.Pending, nil, desk.Signing{Has: 2, Needs: 3, Signed: true}, "You signed, 2 of 3"},
		{callbacks.Pending, nil, desk.Signing{Has: 2, Needs: 3}, "2 of 3, not yours"},
		{callbacks.Pending, nil, desk.Signing{Needs: 2, May: true, Void: true}, "Yours is void, must sign again"},
		{callbacks.Pending, nil, desk.Signing{Needs: 1, Void: true}, "Yours is void"},
		{callbacks.TimedOut, nil, desk.Signing{Has: 1, Needs: 2}, "1 of 2, too late"},
		{callbacks.TimedOut, nil, desk.Signing{Needs: 2}, ""},
		{callbacks.Completed, decided, desk.Signing{Has: 3, Needs: 3}, ""},
	} {
		m, ok := SignedMark(&desk.Row{Callback: callbacks.Callback{State: tc.state, Decision: tc.decision}, Signing: tc.signing})
		if ok != (tc.want != "") || ok && m.Word != tc.want {
			t.Errorf("%s %+v: %q %v, want %q", tc.state, tc.signing, m.Word, ok, tc.want)
		}
	}
}

// TestRebound: terms that are easier to meet in any way are never told as if they were as strict.
func TestRebound(t *testing.T) {
	t.Parallel()
	places := func(n int, groups ...string) callbacks.Requirement {
		return callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{From: groups, For: n}}}}
	}
	four := places(1)
	four.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
	for name, tc := range map[string]struct {
		from, to callbacks.Requirement
		want     string
	}{
		"Stricter":    {places(1), places(2), "From 1 signature to 2 signatures."},
		"Fewer":       {places(2, "a"), places(1, "b"), "Fewer signatures. From 2 signatures to 1 signature."},
		"OtherGroup":  {places(1, "a"), places(1, "b"), "Neither is stricter than the other. From 1 signature to 1 signature."},
		"MoreOfOther": {places(1, "a"), places(3, "b"), "Neither is stricter than the other. From 1 signature to 3 signatures."},
		"AnyGroup":    {places(1, "a"), places(1), "Easier to meet. From 1 signature to 1 signature."},
		"FourEyesEnd": {four, places(1), "Easier to meet. From 1 signature to 1 signature."},
	} {
		f := callbacks.Facts{Policy: &callbacks.Rebound{From: tc.from, To: tc.to}}
		if got := rebound(f); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}
