package sqlstore_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/sqlstore"
)

// TestManySignAtOnce: 200 people press at the same time where three signatures decide. Three are
// taken and one decision is made. All others read that they were too late; none of theirs is on
// record.
func TestManySignAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, _ *sqlstore.Sessions, clock *callbackstest.Clock) {
		const people, needed = 200, 3
		service := desk.NewService(desk.ServiceConfig{
			Store: store, Queues: callbacks.Queues{"finance": {Name: "finance", Groups: []string{"approvers"}}},
			Invalidator: deaf{}, ReviewLimits: callbacks.DefaultReviewLimits, Now: clock.Now,
		})
		c := callbackstest.NewCallback(callbackstest.Queue("finance"))
		c.Requirement = callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: needed}}}}
		id := storetest.Put(t, store, c).ID
		// press does what a page does until it has an answer: what changed meanwhile is shown again
		press := func(p callbacks.Person) (callbacks.Callback, error) {
			for {
				choice := callbacks.Choice{Outcome: "approve", Comment: "By " + p.Name + "."}
				shown, err := service.Preview(t.Context(), p, id, choice)
				if err != nil {
					return callbacks.Callback{}, err
				}
				choice.PreparedAt, choice.Sends = shown.PreparedAt, shown.Sends
				current, err := service.Sign(t.Context(), p, id, choice, shown.Seen)
				if !errors.Is(err, callbacks.ErrStale) {
					return current, err
				}
			}
		}
		var taken, late atomic.Int64
		var all sync.WaitGroup
		for i := range people {
			p := callbacks.Person{
				ID: fmt.Sprintf("p-%d", i), Subject: fmt.Sprintf("u-%d", i), Name: fmt.Sprintf("Reviewer %d", i),
				Groups: []string{"approvers"}, Roles: callbacks.Roles{Reviewer: true},
			}
			all.Go(func() {
				switch current, err := press(p); {
				case err == nil:
					taken.Add(1)
				case errors.Is(err, callbacks.ErrConflict) && current.Decision != nil && current.Decision.By.ID != p.ID:
					late.Add(1)
				default:
					t.Errorf("%s: %v", p.Name, err)
				}
			})
		}
		all.Wait()
		if taken.Load() != needed || late.Load() != people-needed {
			t.Errorf("%d were taken, %d were too late", taken.Load(), late.Load())
		}
		checkOneDecision(t, store, id, needed)
	})
}

// deaf is where nobody looks again.
type deaf struct{}

func (deaf) Changed(callbacks.Invalidation) {}

// checkOneDecision checks that a callback was decided once, by the last of so many signatures.
func checkOneDecision(t *testing.T, store *sqlstore.Store, id callbacks.ID, needed int) {
	t.Helper()
	c := storetest.Get(t, store, id)
	signatures, err := store.Signatures(t.Context(), id)
	if err != nil || c.State != callbacks.Decided || len(signatures) != needed || c.SignatureCount != needed {
		t.Fatalf("%s with %d signatures, %v", c.State, len(signatures), err)
	}
	standing := callbacks.Weigh(c.Requirement, signatures)
	if standing.Decided == nil || standing.Decided.Has != needed || signatures[needed-1].By != c.Decision.By {
		t.Errorf("%+v was decided by %+v", c.Decision, standing)
	}
	if d, err := store.Delivery(t.Context(), id); err != nil || d.Completion.SHA256() != c.Decision.SHA256 {
		t.Errorf("the delivery is %+v, %v", d, err)
	}
	if decided := storetest.Audit(t, store, desk.AuditQuery{Callback: id, Action: callbacks.ActionDecided}); len(decided) != 1 {
		t.Errorf("the audit has %d decisions", len(decided))
	}
}
