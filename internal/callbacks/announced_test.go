package callbacks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAnnouncedBindsAnew: the rule of the queue that the sender names binds the callback, not the rule
// of the queue in which it was found. What has been decided keeps the rule under which it was.
func TestAnnouncedBindsAnew(t *testing.T) {
	t.Parallel()
	found := Requirement{Rule: "found", Terms: Terms{Signatures: []Threshold{{For: 1}}}}
	named := Requirement{Rule: "large", Terms: Terms{Signatures: []Threshold{{For: 2}}}}
	for state, want := range map[State]Requirement{Pending: named, Decided: found} {
		c := Case{Callback: Callback{State: state, Requirement: found}}
		said := Callback{Requirement: named}
		c.Announced(&Content{}, said, Content{}, t0, shop)
		if diff := cmp.Diff(want, c.Requirement); diff != "" {
			t.Errorf("%s: bound by (-want +got):\n%s", state, diff)
		}
	}
}
