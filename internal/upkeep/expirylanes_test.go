package upkeep_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/history/historytest"
	"countersign/internal/upkeep"
)

// TestSweepLooksBehindThrottledLanes: however many wait for a lane that may not be read, those of
// another are timed out.
func TestSweepLooksBehindThrottledLanes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lanes = desktest.TheirLanes
	d.Restart(d.Store)
	for i := range upkeep.Batch {
		d.Announce(func(a *announcement.Announcement) {
			desktest.In(desktest.TheirAccount, fmt.Sprintf("Y2I%03d", i))(a)
			a.HeartbeatTimeout = time.Minute
		})
	}
	ours := d.Announce(func(a *announcement.Announcement) {
		// so that the clock is believed
		a.CallbackID, a.ExecutionARN, a.Timeout = "b3Vy", "", 2*time.Minute
	})
	d.Throttle(arn.Lane{Account: desktest.TheirAccount, Region: "eu-central-1"}, 5*time.Minute)
	d.Clock.Advance(3 * time.Minute)
	for range 2 {
		d.Expire()
	}
	d.WantState(ours.ID, callbacks.TimedOut)
}

// TestSweepWaitsForTheBudget: the heartbeat clock buries nothing while the history may not be read.
func TestSweepWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout = time.Minute })
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther})
	d.Throttle(arn.Lane{Region: "eu-central-1"}, 5*time.Minute)
	sweep := func() {
		t.Helper()
		if err := d.Expiry.RunOnce(d.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	d.Clock.Advance(2 * time.Minute)
	sweep()
	d.WantState(c.ID, callbacks.Pending)
	d.Clock.Advance(3 * time.Minute)
	sweep()
	if got := d.WantState(c.ID, callbacks.Closed); got.Ending.By != callbacks.EndedByOther {
		t.Errorf("ending is %+v", got.Ending)
	}
}

// TestLongHistoryIsPaidFor: every page of a history is taken from the read quota.
func TestLongHistoryIsPaidFor(t *testing.T) {
	t.Parallel()
	for _, pages := range []int{1, 4} {
		d := newDesk(t)
		d.Expiry = upkeep.NewExpiry(d.Workers(d.Lambda, historytest.Rate).Upkeep)
		c := d.Announce(nil)
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
		d.Lambda.Pages = pages
		d.Clock.Advance(time.Hour + upkeep.Grace)
		d.Expire()
		d.WantState(c.ID, callbacks.Closed)
		budgets, err := d.Store.Quotas(d.Ctx)
		if err != nil || len(budgets) != 1 {
			t.Fatalf("budgets are %+v, %v", budgets, err)
		}
		if budgets[0].Used != pages || d.Lambda.Requests != pages {
			t.Errorf("a history of %d pages cost %d, by %d requests", pages, budgets[0].Used, d.Lambda.Requests)
		}
	}
}
