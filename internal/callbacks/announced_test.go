package callbacks

import "testing"

// TestAnnouncedBindsAnew: the rule of the queue that the sender names binds the callback, not the rule
// of the queue in which it was found. What has been decided keeps the rule under which it was.
func TestAnnouncedBindsAnew(t *testing.T) {
	t.Parallel()
	found, named := Requirement{Rule: "found", Signatures: 1}, Requirement{Rule: "large", Signatures: 2}
	for state, want := range map[State]Requirement{Pending: named, Decided: found} {
		c := Callback{State: state, Requirement: found}
		said := Callback{Requirement: named}
		c.Announced(&Content{}, said, Content{}, t0, shop)
		if c.Requirement != want {
			t.Errorf("%s: bound by %+v, want %+v", state, c.Requirement, want)
		}
	}
}
