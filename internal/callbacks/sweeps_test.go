package callbacks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// TestSweepTimesOut: where no history can be asked, our clock decides.
func TestSweepTimesOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*callbacks.Announcement)
		after  time.Duration
		cause  callbacks.DeadlineCause
	}{
		"Timeout": {func(*callbacks.Announcement) {}, time.Hour, callbacks.CauseTimeout},
		"Heartbeat": {func(a *callbacks.Announcement) { a.HeartbeatTimeout = time.Minute },
			time.Minute, callbacks.CauseHeartbeat},
		"Execution": {func(a *callbacks.Announcement) { a.ExecutionDeadline = time.Date(2026, 11, 24, 13, 10, 0, 0, time.UTC) },
			10 * time.Minute, callbacks.CauseExecution},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(func(a *callbacks.Announcement) {
				a.ExecutionARN = ""
				tt.change(a)
			})
			d.clock.Advance(tt.after)
			d.sweep()
			d.wantState(c.ID, callbacks.Pending) // the grace
			d.clock.Advance(callbacks.SweepGrace)
			d.sweep()
			got := d.wantState(c.ID, callbacks.TimedOut)
			if got.Ending.Cause != tt.cause || !strings.HasPrefix(got.Ending.Detail, "By our clock ") || !got.Ending.At.Equal(c.ReceivedAt.Add(tt.after)) {
				t.Errorf("ending is %+v, want %s at its own instant", got.Ending, tt.cause)
			}
		})
	}
}

func TestSweepAsksTheHistoryBeforeItBuriesByHeartbeat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	d.clock.Advance(time.Minute + callbacks.SweepGrace)
	d.sweep() // another client beats: the history says that the callback is open
	got := d.wantState(c.ID, callbacks.Pending)
	if at, _ := got.Deadline(); !at.After(d.clock.Now()) || !got.Clocks.SeenOpenAt.Equal(d.clock.Now()) {
		t.Errorf("deadline %v did not move on; seen open at %v", at, got.Clocks.SeenOpenAt)
	}
	if !got.Clocks.LastHeartbeatAt.IsZero() || got.Heartbeats != 0 {
		t.Errorf("it has %d beats, the last at %v; nobody here sent one", got.Heartbeats, got.Clocks.LastHeartbeatAt)
	}
	if _, err := d.service.OpenReview(d.ctx, mara, c.ID, callbacks.SignOfLife{}); err != nil {
		t.Fatal(err)
	}
	if due := d.get(c.ID).NextHeartbeatAt; !due.Equal(d.clock.Now()) {
		t.Errorf("the first beat of ours is due at %v, want at once: how much of Lambda's clock is left is not known", due)
	}
	d.clock.Advance(callbacks.ReviewLease + time.Second)
	d.sweep()
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat})
	d.clock.Advance(time.Minute + callbacks.SweepGrace)
	d.sweep()
	d.wantState(c.ID, callbacks.TimedOut)
}

func TestSweepTakesTheHistorysWord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4})
	d.clock.Advance(time.Hour + callbacks.SweepGrace)
	d.sweep()
	if got := d.wantState(c.ID, callbacks.TimedOut); got.Ending.Event != 4 || !got.Ending.At.Equal(c.ReceivedAt) {
		t.Errorf("ending is %+v, want that of event 4", got.Ending)
	}
}

func TestSweepLeavesDecisionsToTheirDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.clock.Advance(2 * time.Hour)
	d.sweep()
	d.wantState(c.ID, callbacks.Decided)
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout})
	d.deliver()
	d.wantState(c.ID, callbacks.Lost)
}

func TestSweepWaitsForABusyHistory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	d.lambda.noHistory = callbacks.AnswerThrottled
	d.clock.Advance(time.Hour) // the desk was down: one busy answer does not bury
	for range 3 {
		d.sweep()
		d.wantState(c.ID, callbacks.Pending)
		d.clock.Advance(6 * time.Minute)
	}
	d.sweeps.AskedInVain(c.ID, callbacks.MaxReadings) // it cannot be waited for without end
	d.sweep()
	if got := d.wantState(c.ID, callbacks.TimedOut); got.Ending.Detail != "By our clock no heartbeat came within the heartbeat timeout; its history could not be read." {
		t.Errorf("it says %q", got.Ending.Detail)
	}
}

// TestSweepWaitsForAPermission: right after a change of IAM a denial passes by itself; one that stays does not keep a callback for ever.
func TestSweepWaitsForAPermission(t *testing.T) {
	t.Parallel()
	for name, passes := range map[string]bool{"Passes": true, "Stays": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(withHeartbeat)
			d.lambda.noHistory = callbacks.AnswerDenied
			d.clock.Advance(time.Minute + callbacks.SweepGrace)
			for range callbacks.DeniedReadings - 1 {
				d.sweep()
				d.wantState(c.ID, callbacks.Pending)
				d.clock.Advance(2 * time.Minute)
			}
			if passes {
				d.lambda.noHistory = ""
				d.sweep()
				d.wantState(c.ID, callbacks.Pending) // it is open there
				return
			}
			d.sweep()
			d.wantState(c.ID, callbacks.TimedOut)
		})
	}
}

// TestSweepOfVeryMany: that many end at once and few histories may be read is no reason to bury one unasked.
func TestSweepOfVeryMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sweeps = callbacks.NewSweeps(d.workers(d.lambda, 1).upkeep)
	var ids []callbacks.ID
	for i := range 10 {
		ids = append(ids, d.announce(func(a *callbacks.Announcement) { a.CallbackID = fmt.Sprintf("%04d", i) }).ID)
	}
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByOther, EventID: 4})
	d.clock.Advance(2 * time.Hour)
	for range 15 {
		d.sweep()
		d.clock.Advance(2 * time.Second)
	}
	for _, id := range ids {
		d.wantState(id, callbacks.Closed)
	}
}
