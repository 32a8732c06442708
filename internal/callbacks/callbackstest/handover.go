package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delivery"
)

// recordedWithLease: a decision that is delivered at once is on record as claimed and begun, and is anybody's after the lease.
func recordedWithLease(t *testing.T, s Store) {
	leased := func() callbacks.ID {
		c := put(t, s, NewCallback())
		update(t, s, c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
			DecidedBy("ada", T0)(c)
			return callbacks.Change{Delivery: &callbacks.Delivery{
				Callback: c.ID, Completion: NewCompletion(), DueAt: T0, Tries: 1, Lease: lease("worker", T0),
			}}, nil
		})
		return c.ID
	}
	id, crashed := leased(), leased()
	same(t, "attempts", deliveryOf(t, s, id).Attempts, []callbacks.Attempt{{Number: 1, StartedAt: T0}})
	if work := claim(t, s, "other", T0); len(work) != 0 {
		t.Errorf("%d were claimed from their owner", len(work))
	}
	first := delivery.Work{Delivery: callbacks.Delivery{Tries: 1}}
	if _, err := s.FinishDelivery(t.Context(), "worker", answered(first, T0, callbacks.AnswerThrottled), id, putOff(T0.Add(time.Hour))); err != nil {
		t.Fatalf("its owner finishes: %v", err)
	}
	if w := claimOne(t, s, "other", T0.Add(time.Minute)); w.Callback.ID != crashed || !w.Delivery.Doubtful || w.Delivery.Tries != 2 {
		t.Errorf("after the lease: %+v, want that of the crashed owner, in doubt", w.Delivery)
	}
}
