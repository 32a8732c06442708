package delivery_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desktest"
)

func TestReceipt(t *testing.T) {
	t.Parallel()
	// accepted is a desk whose decision Lambda has just accepted.
	accepted := func(t *testing.T, prepare func(*desktest.Remote)) (*desk, callbacks.ID) {
		t.Helper()
		d := newDesk(t)
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		prepare(d.Lambda)
		d.Deliver()
		d.WantState(c.ID, callbacks.Completed)
		return d, c.ID
	}
	last := func(d *desk, id callbacks.ID) callbacks.Action {
		actions := d.Actions(id)
		return actions[len(actions)-1]
	}
	ended := func(r *desktest.Remote) {
		r.Happen(callbacks.OperationEvent{Kind: callbacks.OperationExecution, Status: callbacks.StatusSucceeded})
	}
	settled := func(t *testing.T, d *desk) {
		t.Helper()
		d.Clock.Advance(10 * time.Second)
		d.Deliver() // what came afterwards
		if next, err := d.Store.NextDelivery(d.Ctx); err != nil || !next.IsZero() {
			t.Errorf("the delivery is due again at %v (%v), want it settled", next, err)
		}
	}

	t.Run("Seen", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, ended)
		d.Clock.Advance(time.Second)
		d.Deliver()
		c := d.Get(id)
		if c.Ending.Event != 4 || last(d, id) != callbacks.ActionReceipt {
			t.Errorf("ending %+v, last action %s; want event 4 as the receipt", c.Ending, last(d, id))
		}
		delivery, err := d.Store.Delivery(d.Ctx, id)
		if err != nil || len(delivery.Attempts) != 1 || len(d.Lambda.Sent()) != 1 {
			t.Errorf("%d attempts, %d sent (%v); reading the history is neither", len(delivery.Attempts), len(d.Lambda.Sent()), err)
		}
		settled(t, d)
	})
	t.Run("SeenLate", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *desktest.Remote) { r.Lag = 3; ended(r) })
		for range 4 {
			if d.Get(id).Ending.Event != 0 {
				t.Fatal("a receipt before the history shows the event")
			}
			d.Clock.Advance(10 * time.Second)
			d.Deliver()
		}
		if d.Get(id).Ending.Event != 4 {
			t.Error("no receipt although the history shows the event")
		}
		settled(t, d)
	})
	t.Run("NeverSeen", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *desktest.Remote) { r.Lag = 1 << 20 })
		for range 20 {
			d.Clock.Advance(time.Minute)
			d.Deliver()
		}
		if slices.Contains(d.Actions(id), callbacks.ActionReceipt) {
			t.Error("a receipt without an event")
		}
		settled(t, d)
	})
	t.Run("Unreadable", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(r *desktest.Remote) { r.NoHistory = callbacks.ReplyDenied })
		d.Clock.Advance(time.Second)
		d.Deliver()
		d.WantState(id, callbacks.Completed)
		settled(t, d)
	})
	t.Run("Differs", func(t *testing.T) {
		t.Parallel()
		d, id := accepted(t, func(*desktest.Remote) {})
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, EventID: 5, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
		d.Clock.Advance(time.Second)
		d.Deliver()
		got := d.WantState(id, callbacks.Lost)
		if got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Failure || got.Ending.Event != 5 || got.Ending.At.IsZero() ||
			got.Ending.Detail != "Lambda accepted the decision, but the execution's history shows another end: another client completed the callback with a failure." {
			t.Errorf("ending %+v", got.Ending)
		}
		if last(d, id) != callbacks.ActionReceiptDiffers || d.Attention(desktest.Mara) != 1 || d.Attention(desktest.Ops) != 1 {
			t.Errorf("last action %s; attention of who decided %d, of the admin %d", last(d, id), d.Attention(desktest.Mara), d.Attention(desktest.Ops))
		}
		settled(t, d)
	})
	t.Run("DiffersByStatus", func(t *testing.T) { // no event closed it: the execution was stopped
		t.Parallel()
		d, id := accepted(t, func(*desktest.Remote) {})
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
		d.Clock.Advance(time.Second)
		d.Deliver()
		if got := d.WantState(id, callbacks.Lost); got.Ending.By != callbacks.EndedByExecution {
			t.Errorf("ending %+v", got.Ending)
		}
		settled(t, d)
	})
}
