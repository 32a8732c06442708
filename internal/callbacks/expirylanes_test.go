package callbacks_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// TestSweepLooksBehindThrottledLanes: however many wait for a lane that may not be read, those of another are timed out.
func TestSweepLooksBehindThrottledLanes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lanes = TheirLanes
	d.restart(d.store)
	for i := range callbacks.SweepBatch {
		d.announce(func(a *callbacks.Announcement) {
			In(TheirAccount, fmt.Sprintf("Y2I%03d", i))(a)
			a.HeartbeatTimeout = time.Minute
		})
	}
	ours := d.announce(func(a *callbacks.Announcement) {
		a.CallbackID, a.ExecutionARN, a.Timeout = "b3Vy", "", 2*time.Minute // so that the clock is believed
	})
	d.throttle(callbacks.Lane{Account: TheirAccount, Region: "eu-central-1"}, 5*time.Minute)
	d.clock.Advance(3 * time.Minute)
	for range 2 {
		d.sweep()
	}
	d.wantState(ours.ID, callbacks.TimedOut)
}

// TestSweepWaitsForTheBudget: the heartbeat clock buries nothing while the history may not be read.
func TestSweepWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(func(a *callbacks.Announcement) { a.HeartbeatTimeout = time.Minute })
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByOther})
	d.throttle(callbacks.Lane{Region: "eu-central-1"}, 5*time.Minute)
	sweep := func() {
		t.Helper()
		if err := d.sweeps.RunOnce(d.ctx); err != nil {
			t.Fatal(err)
		}
	}
	d.clock.Advance(2 * time.Minute)
	sweep()
	d.wantState(c.ID, callbacks.Pending)
	d.clock.Advance(3 * time.Minute)
	sweep()
	if got := d.wantState(c.ID, callbacks.Closed); got.Ending.By != callbacks.EndedByOther {
		t.Errorf("ending is %+v", got.Ending)
	}
}

// TestLongHistoryIsPaidFor: the pages of a history behind the first are missing to those who come later.
func TestLongHistoryIsPaidFor(t *testing.T) {
	t.Parallel()
	for _, pages := range []int{1, 4} {
		d := newDesk(t)
		c := d.announce(nil)
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByExecution, Requests: pages})
		d.clock.Advance(time.Hour + callbacks.SweepGrace)
		d.sweep()
		d.wantState(c.ID, callbacks.Closed)
		budgets, err := d.store.Budgets(d.ctx)
		if err != nil || len(budgets) != 1 {
			t.Fatalf("budgets are %+v, %v", budgets, err)
		}
		bought := int(rate / 5) // at once
		if budgets[0].Used != bought+pages-1 {
			t.Errorf("a history of %d pages cost %d requests, want %d", pages, budgets[0].Used, bought+pages-1)
		}
	}
}
