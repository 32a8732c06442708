package noticetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/people"
)

// delegations: those that are over are found too, and not those that ended before or begin later.
func delegations(t *testing.T, s Stores) {
	for _, name := range []string{"ada", "bob"} {
		callbackstest.Must(t, s.Desk.KeepPerson(t.Context(), people.NewProfile(callbacks.Person{ID: name, Name: name}, false, t0)))
	}
	add := func(from, until time.Duration) callbacks.ID {
		d := delegation.Delegation{
			ID: callbacks.NewID(), From: callbackstest.Person("ada"), To: callbackstest.Person("bob"), Queues: []string{"finance"},
			Since: t0.Add(from), Until: t0.Add(until), MadeBy: callbackstest.Person("ada"), MadeAt: t0,
		}
		d.From.ID, d.To.ID = "ada", "bob"
		callbackstest.Must(t, s.Desk.AddDelegation(t.Context(), d, func([]delegation.Delegation) error { return nil }, callbacks.AuditEntry{At: t0}))
		return d.ID
	}
	add(-3*time.Hour, -2*time.Hour)
	over, holds := add(-2*time.Hour, -time.Minute), add(-time.Hour, time.Hour)
	add(time.Minute, time.Hour)
	found, err := s.Read.DelegationsSince(t.Context(), t0.Add(-time.Hour), t0, 10)
	callbackstest.Must(t, err)
	if len(found) != 2 || found[0].ID != holds || found[1].ID != over || found[0].Delegator.Name != "ada" {
		t.Errorf("found %+v", found)
	}
}
