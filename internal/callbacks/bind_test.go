package callbacks

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBindVoidsWhatDoesNotFit: a signature from groups that the new rule does not name would wait
// for ever, because its person has signed already.
func TestBindVoidsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	c := Case{Callback: Callback{State: Pending, Requirement: needs("2 finance")}}
	c.Signatures = []Signature{vote("mara", "finance", signedAt(time.Second)), vote("kofi", "controllers", signedAt(2*time.Second))}
	c.ApplyPolicy(needs("1 controllers", "1 leads"), "New rule.", ReviewLimits{}, t0.Add(time.Hour), ops)
	if c.Signatures[0].Live() || !c.Signatures[1].Live() || !c.WaitingSince.Equal(t0.Add(2*time.Second)) || len(c.Audit) != 2 {
		t.Errorf("got %+v, %+v", c.Signatures, c.Audit)
	}
}

// TestBindNeverDecides: whatever was signed, a policy that is applied leaves the decision to a
// signature, and every signature that still counts has a place in it.
func TestBindNeverDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, present := drawRequirement(t), drawRequirement(t)
		c := Case{Callback: Callback{State: Pending, Requirement: before}, Signatures: drawSignatures(t)}
		c.ApplyPolicy(present, "New rule.", ReviewLimits{}, t0.Add(time.Hour), ops)
		standing := Weigh(present, c.Signatures)
		if standing.Decided != nil {
			t.Fatalf("decided by nobody: %+v", standing)
		}
		if (len(standing.Tallies) == 0) != c.WaitingSince.IsZero() {
			t.Fatalf("it waits since %v with %+v", c.WaitingSince, standing.Tallies)
		}
	})
}
