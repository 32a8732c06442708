package deliverytest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delivery"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

// recordedWithLease: a decision that is delivered at once is recorded as claimed and begun. Any
// worker may claim it when the lease has run out.
func recordedWithLease(t *testing.T, s storetest.Store) {
	leased := func() callbacks.ID {
		c := storetest.Put(t, s, callbackstest.NewCallback())
		storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
			callbackstest.DecidedBy("ada", callbackstest.T0)(&c.Callback)
			c.Delivery = &callbacks.Delivery{
				Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: callbackstest.T0, Tries: 1, Lease: lease("worker", callbackstest.T0),
			}
			c.Delivery.Begin(&c.Callback, callbackstest.T0)
			return nil
		})
		return c.ID
	}
	id, crashed := leased(), leased()
	callbackstest.Same(t, "attempts", deliveryOf(t, s, id).Attempts, []callbacks.Attempt{{Number: 1, StartedAt: callbackstest.T0}})
	if work := claim(t, s, "other", callbackstest.T0); len(work) != 0 {
		t.Errorf("%d were claimed from their owner", len(work))
	}
	first := delivery.Work{Delivery: callbacks.Delivery{Tries: 1}}
	if _, err := finish(t, s, "worker", answered(first, callbackstest.T0, replies.Throttled), id, putOff(callbackstest.T0.Add(time.Hour))); err != nil {
		t.Fatalf("its owner finishes: %v", err)
	}
	if w := claimOne(t, s, "other", callbackstest.T0.Add(time.Minute)); w.Callback.ID != crashed || !w.Delivery.Doubtful || w.Delivery.Tries != 2 {
		t.Errorf("after the lease: %+v, want that of the crashed owner, in doubt", w.Delivery)
	}
}
