package delivery_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

// acceptedDesk is a desk whose decision Lambda has just accepted.
func acceptedDesk(t *testing.T, prepare func(*desktest.Remote)) (*testDesk, callbacks.ID) {
	t.Helper()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	prepare(d.Lambda)
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
	return d, c.ID
}

// lastAction is the last that is on record of a callback.
func lastAction(d *testDesk, id callbacks.ID) callbacks.Action {
	actions := d.Actions(id)
	return actions[len(actions)-1]
}

// executionEnds is what the execution of an accepted decision does next.
func executionEnds(r *desktest.Remote) {
	r.Happen(history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusSucceeded})
}

// wantSettled fails if a delivery is due again.
func wantSettled(t *testing.T, d *testDesk) {
	t.Helper()
	d.Clock.Advance(10 * time.Second)
	d.Deliver() // what came afterwards
	if next, err := d.Store.NextDelivery(d.Ctx); err != nil || !next.IsZero() {
		t.Errorf("the delivery is due again at %v (%v), want it settled", next, err)
	}
}

func TestReceipt_Seen(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, executionEnds)
	d.Clock.Advance(time.Second)
	d.Deliver()
	c := d.Get(id)
	if c.Ending.Event != 4 || lastAction(d, id) != callbacks.ActionReceipt {
		t.Errorf("ending %+v, last action %s; want event 4 as the receipt", c.Ending, lastAction(d, id))
	}
	delivery, err := d.Store.Delivery(d.Ctx, id)
	if err != nil || len(delivery.Attempts) != 1 || len(d.Lambda.Sent()) != 1 {
		t.Errorf("%d attempts, %d sent (%v); reading the history is neither", len(delivery.Attempts), len(d.Lambda.Sent()), err)
	}
	wantSettled(t, d)
}

func TestReceipt_SeenLate(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, func(r *desktest.Remote) { r.Lag = 3; executionEnds(r) })
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
	wantSettled(t, d)
}

func TestReceipt_NeverSeen(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, func(r *desktest.Remote) { r.Lag = 1 << 20 })
	for range 20 {
		d.Clock.Advance(time.Minute)
		d.Deliver()
	}
	if slices.Contains(d.Actions(id), callbacks.ActionReceipt) {
		t.Error("a receipt without an event")
	}
	wantSettled(t, d)
}

func TestReceipt_Unreadable(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, func(r *desktest.Remote) { r.NoHistory = replies.Denied })
	d.Clock.Advance(time.Second)
	d.Deliver()
	d.WantState(id, callbacks.Completed)
	wantSettled(t, d)
}

func TestReceipt_Differs(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, func(*desktest.Remote) {})
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, EventID: 5, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
	d.Clock.Advance(time.Second)
	d.Deliver()
	got := d.WantState(id, callbacks.Lost)
	if got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Failure || got.Ending.Event != 5 || got.Ending.At.IsZero() ||
		words.Ending(got.Ending, got.Decision) != "Lambda accepted the decision, but the execution's history shows another end: another client completed the callback with a failure." {
		t.Errorf("ending %+v", got.Ending)
	}
	if lastAction(d, id) != callbacks.ActionReceiptDiffers || d.Attention(desktest.Mara) != 1 || d.Attention(desktest.Ops) != 1 {
		t.Errorf("last action %s; attention of who decided %d, of the admin %d", lastAction(d, id), d.Attention(desktest.Mara), d.Attention(desktest.Ops))
	}
	wantSettled(t, d)
}

// TestReceipt_DiffersByStatus: no event closed it: the execution was stopped.
func TestReceipt_DiffersByStatus(t *testing.T) {
	t.Parallel()
	d, id := acceptedDesk(t, func(*desktest.Remote) {})
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
	d.Clock.Advance(time.Second)
	d.Deliver()
	if got := d.WantState(id, callbacks.Lost); got.Ending.By != callbacks.EndedByExecution {
		t.Errorf("ending %+v", got.Ending)
	}
	wantSettled(t, d)
}

// TestFollowUpWithTheReceipt: one reading shows both, if the execution ended meanwhile. One that goes
// on is followed as ever.
func TestFollowUpWithTheReceipt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ends  bool
		pages int // in which the history comes
		whole bool
	}{"Ended": {true, 1, true}, "Running": {false, 1, false}, "TooLong": {true, 2, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Whole, d.Lambda.Pages = true, test.pages
			c := d.Announce(nil)
			d.MustDecide(desktest.Mara, c.ID, "approve", "as agreed")
			d.Deliver()
			d.Lambda.Happen(chargeStarts)
			if test.ends {
				d.Lambda.Happen(chargeSucceeds, allFails)
			}
			d.read(time.Second)
			got := d.WantState(c.ID, callbacks.Completed)
			a := d.followUp(c.ID)
			switch {
			case got.Ending.Event != 4 || len(d.Lambda.Readings) != 0 || d.Lambda.Requests != test.pages:
				t.Errorf("the receipt is event %d after %d requests", got.Ending.Event, d.Lambda.Requests)
			case !test.whole:
				if a != nil || d.due() != time.Second {
					t.Errorf("the follow-up is %+v, due in %v", a, d.due())
				}
				return
			case a == nil || a.Status != callbacks.StatusFailed || a.Event != 7 || len(a.Steps) != 1 || !got.ExecutionFailed || d.due() >= 0:
				t.Errorf("the follow-up is %+v, failed %t, due in %v", a, got.ExecutionFailed, d.due())
			}
			want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionReceipt, callbacks.ActionExecutionFailed}
			if got := d.Actions(c.ID); !slices.Equal(got, want) {
				t.Errorf("audit is %v, want %v", got, want)
			}
		})
	}
}
