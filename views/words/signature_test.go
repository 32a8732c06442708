package words

import (
	"testing"

	"countersign/internal/callbacks"
)

// TestSignedMark: a list says how many have signed, and to each reader whether they are meant.
func TestSignedMark(t *testing.T) {
	t.Parallel()
	decided := &callbacks.Decision{}
	for _, tc := range []struct {
		state    callbacks.State
		decision *callbacks.Decision
		signing  callbacks.Signing
		want     string
	}{
		{callbacks.Pending, nil, callbacks.Signing{Needs: 1, May: true}, ""},
		{callbacks.Pending, nil, callbacks.Signing{Needs: 3, May: true}, "0 of 3 signed"},
		{callbacks.Pending, nil, callbacks.Signing{Has: 1, Needs: 3, May: true}, "1 of 3 signed"},
		{callbacks.Pending, nil, callbacks.Signing{Has: 2, Needs: 3, Signed: true}, "You signed, 2 of 3"},
		{callbacks.Pending, nil, callbacks.Signing{Has: 2, Needs: 3}, "2 of 3 signed, not yours to sign"},
		{callbacks.TimedOut, nil, callbacks.Signing{Has: 1, Needs: 2}, "1 of 2, too late"},
		{callbacks.TimedOut, nil, callbacks.Signing{Needs: 2}, ""},
		{callbacks.Completed, decided, callbacks.Signing{Has: 3, Needs: 3}, ""},
	} {
		m, ok := SignedMark(&callbacks.Row{Callback: callbacks.Callback{State: tc.state, Decision: tc.decision}, Signing: tc.signing})
		if ok != (tc.want != "") || ok && m.Word != tc.want {
			t.Errorf("%s %+v: %q %v, want %q", tc.state, tc.signing, m.Word, ok, tc.want)
		}
	}
}
