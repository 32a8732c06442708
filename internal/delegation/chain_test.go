package delegation

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/people"
)

// TestChain: whoever has more delegations than are followed is said to have more.
func TestChain(t *testing.T) {
	t.Parallel()
	person := func(p people.Profile) callbacks.Person { return callbacks.Person{ID: p.ID, Name: p.ID} }
	held := func(from, to string) Held {
		return Held{
			Delegation: Delegation{
				ID: callbacks.ID(from + " " + to), From: callbackstest.Person(from), To: callbackstest.Person(to),
				Queues: []string{"finance"}, Since: callbackstest.T0, Until: callbackstest.T0.Add(time.Hour),
			},
			Delegator: people.Profile{ID: from},
		}
	}
	hops := func(n int) (all []Held) {
		for i := range n {
			all = append(all, held(fmt.Sprint("p", i+1), fmt.Sprint("p", i)))
		}
		return all
	}
	toOne := func(n int) (all []Held) {
		for i := range n {
			all = append(all, held(fmt.Sprint("q", i), "p0"))
		}
		return all
	}
	for name, tt := range map[string]struct {
		held  []Held
		found int
		more  bool
	}{
		"None":     {nil, 0, false},
		"One":      {hops(1), 1, false},
		"Circle":   {append(hops(2), held("p0", "p2")), 3, false},
		"Many":     {toOne(maxHeld), maxHeld, false},
		"TooMany":  {toOne(maxHeld + 1), maxHeld + 1, true},
		"Long":     {hops(maxHops - 1), maxHops - 1, false},
		"TooLong":  {hops(maxHops), maxHops, true},
		"OfOthers": {[]Held{held("p2", "p1")}, 0, false},
	} {
		s := NewIndex(tt.held, person).signer(callbacks.Person{ID: "p0"}, maxHeld, maxHops)
		if s.ID != "p0" || len(s.Delegations) != tt.found || s.MoreDelegations != tt.more {
			t.Errorf("%s: %s has %d, more: %t", name, s.ID, len(s.Delegations), s.MoreDelegations)
		}
		if all := NewIndex(tt.held, person).Signer(s.Person); all.MoreDelegations || len(all.Delegations) < tt.found {
			t.Errorf("%s: the index has %d, more: %t", name, len(all.Delegations), all.MoreDelegations)
		}
	}
}
