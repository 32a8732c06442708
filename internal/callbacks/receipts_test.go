package callbacks_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func TestReceipt(t *testing.T) {
	t.Parallel()
	// accepted is a desk whose decision Lambda has just accepted.
	accepted := func(t *testing.T, prepare func(*remote)) (*desk, callbacks.ID) {
		t.Helper()
		d := newDesk(t)
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		prepare(d.lambda)
		d.deliver()
		d.wantState(c.ID, callbacks.Completed)
		return d, c.ID
	}
	last := func(d *desk, id callbacks.ID) callbacks.Action {
		actions := d.actions(id)
		return actions[len(actions)-1]
	}
	ended := func(r *remote) {
		r.happen(callbacks.AfterEvent{Kind: callbacks.OperationExecution, Status: callbacks.AfterSucceeded})
	}
	settled := func(t *testing.T, d *desk) {
		t.Helper()
		d.clock.Advance(10 * time.Second)
		d.deliver() // what came afterwards
		if next, err := d.store.NextDelivery(d.ctx); err != nil || !next.IsZero() {
			t.Errorf("the delivery is due again at %v (%v), want it settled", next, err)
		}
	}

	t.Run("Seen", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, ended)
		d.clock.Advance(time.Second)
		d.deliver()
		c := d.get(id)
		if c.Ending.Event != 4 || last(d, id) != callbacks.ActionReceipt {
			t.Errorf("ending %+v, last action %s; want event 4 as the receipt", c.Ending, last(d, id))
		}
		delivery, err := d.store.Delivery(d.ctx, id)
		if err != nil || len(delivery.Attempts) != 1 || len(d.lambda.sent()) != 1 {
			t.Errorf("%d attempts, %d sent (%v); reading the history is neither", len(delivery.Attempts), len(d.lambda.sent()), err)
		}
		settled(t, d)
	})
	t.Run("SeenLate", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *remote) { r.lag = 3; ended(r) })
		for range 4 {
			if d.get(id).Ending.Event != 0 {
				t.Fatal("a receipt before the history shows the event")
			}
			d.clock.Advance(10 * time.Second)
			d.deliver()
		}
		if d.get(id).Ending.Event != 4 {
			t.Error("no receipt although the history shows the event")
		}
		settled(t, d)
	})
	t.Run("NeverSeen", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *remote) { r.lag = 1 << 20 })
		for range 20 {
			d.clock.Advance(time.Minute)
			d.deliver()
		}
		if slices.Contains(d.actions(id), callbacks.ActionReceipt) {
			t.Error("a receipt without an event")
		}
		settled(t, d)
	})
	t.Run("Unreadable", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *remote) { r.noHistory = callbacks.AnswerDenied })
		d.clock.Advance(time.Second)
		d.deliver()
		d.wantState(id, callbacks.Completed)
		settled(t, d)
	})
	t.Run("Differs", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(*remote) {})
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByOther, EventID: 5, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
		d.clock.Advance(time.Second)
		d.deliver()
		got := d.wantState(id, callbacks.Lost)
		if got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Failure || got.Ending.Event != 5 || got.Ending.At.IsZero() ||
			got.Ending.Detail != "Lambda accepted the decision, but the execution's history shows another end: another client completed the callback with a failure." {
			t.Errorf("ending %+v", got.Ending)
		}
		if last(d, id) != callbacks.ActionReceiptDiffers || d.attention(mara) != 1 || d.attention(ops) != 1 {
			t.Errorf("last action %s; attention of who decided %d, of the admin %d", last(d, id), d.attention(mara), d.attention(ops))
		}
		settled(t, d)
	})
	t.Run("DiffersByStatus", func(t *testing.T) { // no event closed it: the execution was stopped
		t.Parallel()
		d, id := accepted(t, func(*remote) {})
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByExecution})
		d.clock.Advance(time.Second)
		d.deliver()
		if got := d.wantState(id, callbacks.Lost); got.Ending.By != callbacks.EndedByExecution {
			t.Errorf("ending %+v", got.Ending)
		}
		settled(t, d)
	})
}
