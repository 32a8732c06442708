package upkeep_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/internal/upkeep"
	"countersign/views/words"
)

// TestSweepTimesOut: where no history can be asked, our clock decides.
func TestSweepTimesOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*announcement.Announcement)
		after  time.Duration
		cause  callbacks.DeadlineCause
	}{
		"Timeout": {func(*announcement.Announcement) {}, time.Hour, callbacks.CauseTimeout},
		"Heartbeat": {func(a *announcement.Announcement) { a.HeartbeatTimeout = time.Minute },
			time.Minute, callbacks.CauseHeartbeat},
		"Execution": {func(a *announcement.Announcement) {
			a.ExecutionDeadline = time.Date(2026, 11, 24, 13, 10, 0, 0, time.UTC)
		},
			10 * time.Minute, callbacks.CauseExecution},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(func(a *announcement.Announcement) {
				a.ExecutionARN = ""
				tt.change(a)
			})
			d.Clock.Advance(tt.after)
			d.Expire()
			d.WantState(c.ID, callbacks.Pending) // the grace
			d.Clock.Advance(upkeep.Grace)
			d.Expire()
			got := d.WantState(c.ID, callbacks.TimedOut)
			if got.Ending.Cause != tt.cause || !strings.HasPrefix(words.Ending(got.Ending, got.Decision), "By our clock ") || !got.Ending.At.Equal(c.ReceivedAt.Add(tt.after)) {
				t.Errorf("ending is %+v, want %s at its own instant", got.Ending, tt.cause)
			}
		})
	}
}

func TestSweepAsksTheHistoryBeforeItBuriesByHeartbeat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.Clock.Advance(time.Minute + upkeep.Grace)
	d.Expire() // another client beats: the history says that the callback is open
	got := d.WantState(c.ID, callbacks.Pending)
	if at, _ := got.Deadline(); !at.After(d.Clock.Now()) || !got.Clocks.SeenOpenAt.Equal(d.Clock.Now()) {
		t.Errorf("deadline %v did not move on; seen open at %v", at, got.Clocks.SeenOpenAt)
	}
	if !got.Clocks.LastHeartbeatAt.IsZero() || got.Heartbeats != 0 {
		t.Errorf("it has %d beats, the last at %v; nobody here sent one", got.Heartbeats, got.Clocks.LastHeartbeatAt)
	}
	if _, err := d.Service.OpenReview(d.Ctx, desktest.Mara, c.ID, callbacks.SignOfLife{}); err != nil {
		t.Fatal(err)
	}
	if due := d.Get(c.ID).NextHeartbeatAt; !due.Equal(d.Clock.Now()) {
		t.Errorf("the first beat of ours is due at %v, want at once: how much of Lambda's clock is left is not known", due)
	}
	d.Clock.Advance(callbacks.ReviewLease + time.Second)
	d.Expire()
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat})
	d.Clock.Advance(time.Minute + upkeep.Grace)
	d.Expire()
	d.WantState(c.ID, callbacks.TimedOut)
}

func TestSweepTakesTheHistorysWord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4})
	d.Clock.Advance(time.Hour + upkeep.Grace)
	d.Expire()
	if got := d.WantState(c.ID, callbacks.TimedOut); got.Ending.Event != 4 || !got.Ending.At.Equal(c.ReceivedAt) {
		t.Errorf("ending is %+v, want that of event 4", got.Ending)
	}
}

func TestSweepLeavesDecisionsToTheirDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Clock.Advance(2 * time.Hour)
	d.Expire()
	d.WantState(c.ID, callbacks.Decided)
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout})
	d.Deliver()
	d.WantState(c.ID, callbacks.Lost)
}

func TestSweepWaitsForABusyHistory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.Lambda.NoHistory = replies.Throttled
	d.Clock.Advance(time.Hour) // the desk was down: one busy answer does not bury
	for range 3 {
		d.Expire()
		d.WantState(c.ID, callbacks.Pending)
		d.Clock.Advance(6 * time.Minute)
	}
	d.Expiry.AskedInVain(c.ID, history.MaxReadings) // it cannot be waited for without end
	d.Expire()
	if got := d.WantState(c.ID, callbacks.TimedOut); words.Ending(got.Ending, got.Decision) != "By our clock no heartbeat came within the heartbeat timeout; its history could not be read." {
		t.Errorf("it says %q", words.Ending(got.Ending, got.Decision))
	}
}

// TestSweepWaitsForAPermission: right after a change of IAM a denial passes by itself; one that
// stays does not keep a callback for ever.
func TestSweepWaitsForAPermission(t *testing.T) {
	t.Parallel()
	for name, passes := range map[string]bool{"Passes": true, "Stays": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(desktest.WithHeartbeat)
			d.Lambda.NoHistory = replies.Denied
			d.Clock.Advance(time.Minute + upkeep.Grace)
			for range history.DeniedReadings - 1 {
				d.Expire()
				d.WantState(c.ID, callbacks.Pending)
				d.Clock.Advance(2 * time.Minute)
			}
			if passes {
				d.Lambda.NoHistory = ""
				d.Expire()
				d.WantState(c.ID, callbacks.Pending) // it is open there
				return
			}
			d.Expire()
			d.WantState(c.ID, callbacks.TimedOut)
		})
	}
}

// TestSweepOfVeryMany: that many end at once and few histories may be read is no reason to bury one
// unasked.
func TestSweepOfVeryMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Expiry = upkeep.NewExpiry(d.Workers(d.Lambda, 1).Upkeep)
	var ids []callbacks.ID
	for i := range 10 {
		ids = append(ids, d.Announce(func(a *announcement.Announcement) { a.CallbackID = fmt.Sprintf("%04d", i) }).ID)
	}
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, EventID: 4})
	d.Clock.Advance(2 * time.Hour)
	for range 15 {
		d.Expire()
		d.Clock.Advance(2 * time.Second)
	}
	for _, id := range ids {
		d.WantState(id, callbacks.Closed)
	}
}
