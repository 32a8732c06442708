package upkeep_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/replies"
	"countersign/views/words"
)

// failHeartbeats has the next calls answered so.
func (d *testDesk) failHeartbeats(reply replies.Reply, times int) {
	d.Lambda.Fail(slices.Repeat([]replies.Reply{reply}, times)...)
}

// heartbeatEntries are those of a callback's beats in the audit, oldest first.
func (d *testDesk) heartbeatEntries(id callbacks.ID) []string {
	d.T.Helper()
	entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: id, Limit: desk.MaxPage})
	if err != nil {
		d.T.Fatal(err)
	}
	slices.Reverse(entries)
	var said []string
	for _, e := range entries {
		if e.Action == callbacks.ActionHeartbeat || e.Action == callbacks.ActionHeartbeatFailed {
			said = append(said, strings.TrimSpace(string(e.Action)+" "+words.Audit(e)))
		}
	}
	return said
}

// wantEnd checks which clock ends a callback as things stand, for the callback and for lists.
func (d *testDesk) wantEnd(id callbacks.ID, cause callbacks.DeadlineCause) callbacks.Callback {
	d.T.Helper()
	c := d.Get(id)
	if _, got := c.Ends(); got != cause {
		d.T.Errorf("it ends by %q, want by %q: %+v", got, cause, c.MissedHeartbeats)
	}
	filter := desk.Filter{Scope: desk.ScopeAvailable, Ends: desk.Ends{Unattended: true}, Limit: desk.MaxPage}
	page, err := d.Service.List(d.Ctx, desktest.Mara, filter)
	if err != nil {
		d.T.Fatal(err)
	}
	if found := len(page.Rows) > 0; found != (cause == callbacks.CauseHeartbeat) {
		d.T.Errorf("it ends by %q, and the filter for heartbeats finds it: %t", cause, found)
	}
	return c
}

// TestBeatsThatLambdaDoesNotTake: whatever it answers, the heartbeat clock ends the callback until
// a beat is taken, and the audit has one entry for the beginning and one for the end.
func TestBeatsThatLambdaDoesNotTake(t *testing.T) {
	t.Parallel()
	for reply, answer := range map[replies.Reply]string{
		replies.Throttled: "throttled",
		replies.Denied:    "access denied",
		replies.None:      "no answer",
		replies.Fault:     "an internal Lambda error",
		replies.Unsent:    "not reachable",
		replies.Invalid:   "refused as invalid",
	} {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(desktest.WithHeartbeat)
			renew := d.Renewal(desktest.Mara, c.ID, d.Open(desktest.Mara, c.ID).Review.ID, callbacks.SignOfLife{Input: true})
			d.wantEnd(c.ID, callbacks.CauseHeartbeat) // the first beat is on its way
			d.Beat()
			d.wantEnd(c.ID, callbacks.CauseTimeout)
			d.failHeartbeats(reply, 3)
			d.Live(25*time.Second, renew) // one failed at 20 s, another at 25 s
			failing := d.wantEnd(c.ID, callbacks.CauseHeartbeat)
			if failing.MissedHeartbeats.Failed != 2 || failing.MissedHeartbeats.Reply != reply || !failing.MissedHeartbeats.Since.Equal(c.ReceivedAt.Add(20*time.Second)) {
				t.Errorf("it knows %+v", failing.MissedHeartbeats)
			}
			d.Live(10*time.Second, renew)
			d.wantEnd(c.ID, callbacks.CauseTimeout)
			d.Live(time.Minute, renew)
			want := []string{
				"heartbeat", "heartbeat.failed Lambda did not take it: " + answer + ".", "heartbeat Taken again after 3 that failed.",
			}
			if got := d.heartbeatEntries(c.ID); !slices.Equal(got, want) {
				t.Errorf("the audit has %q, want %q", got, want)
			}
			d.WantState(c.ID, callbacks.Pending)
		})
	}
}

// TestClosedThatTheHistoryDoesNotShow: while a history lags, a beat that was answered with "closed"
// was not taken.
func TestClosedThatTheHistoryDoesNotShow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.Open(desktest.Mara, c.ID)
	d.Beat()
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Success}})
	d.Lambda.Lag = 1
	d.Clock.Advance(20 * time.Second)
	d.Beat()
	d.wantEnd(c.ID, callbacks.CauseHeartbeat)
	d.Clock.Advance(time.Second)
	d.Beat()
	d.WantState(c.ID, callbacks.Closed)
}

// TestSweepOfBeatsThatFail: the clock that no beat wound up ends the callback as soon as the
// history shows it.
func TestSweepOfBeatsThatFail(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	renew := d.Renewal(desktest.Mara, c.ID, d.Open(desktest.Mara, c.ID).Review.ID, callbacks.SignOfLife{Input: true})
	d.failHeartbeats(replies.Throttled, 1000)
	d.Beat()
	d.Live(time.Minute, renew)
	d.WantState(c.ID, callbacks.Pending)
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat})
	d.Live(5*time.Second, renew)
	if got := d.WantState(c.ID, callbacks.TimedOut); got.Ending.Cause != callbacks.CauseHeartbeat {
		t.Errorf("it ended by %q", got.Ending.Cause)
	}
}

// TestSweepWithoutAHistory: our clock ends a callback whose beats Lambda refused, but none whose
// beats may have arrived.
func TestSweepWithoutAHistory(t *testing.T) {
	t.Parallel()
	for reply, want := range map[replies.Reply]callbacks.State{
		replies.Throttled: callbacks.TimedOut,
		replies.Unsent:    callbacks.TimedOut,
		replies.None:      callbacks.Pending,
		replies.Fault:     callbacks.Pending,
	} {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(func(a *announcement.Announcement) {
				desktest.WithHeartbeat(a)
				a.ExecutionARN = ""
			})
			status := d.Open(desktest.Mara, c.ID)
			d.failHeartbeats(reply, 1000)
			d.Beat()
			d.Live(65*time.Second, d.Renewal(desktest.Mara, c.ID, status.Review.ID, callbacks.SignOfLife{Input: true}))
			d.WantState(c.ID, want)
			if want != callbacks.Pending {
				return
			}
			if err := d.Service.ReleaseReview(d.Ctx, desktest.Mara, c.ID, status.Review.ID); err != nil {
				t.Fatal(err)
			}
			d.Live(50 * time.Second) // the last beat may still keep it alive
			d.WantState(c.ID, callbacks.Pending)
			d.Live(2 * time.Minute) // the sweep looks less and less often
			d.WantState(c.ID, callbacks.TimedOut)
		})
	}
}

// TestDeadReviewEndsTheBeats: a tab that dies is noticed with its lease, not with the next beat,
// which may be far off.
func TestDeadReviewEndsTheBeats(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout = 50 * time.Minute })
	d.Open(desktest.Mara, c.ID)
	d.Beat()
	d.wantEnd(c.ID, callbacks.CauseTimeout)
	d.Live(callbacks.ReviewLease)
	if got := d.wantEnd(c.ID, callbacks.CauseHeartbeat); !got.NextHeartbeatAt.IsZero() {
		t.Errorf("the next beat is at %v", got.NextHeartbeatAt)
	}
}
