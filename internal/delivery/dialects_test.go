package delivery_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

// dialects are the ways in which Lambda may say "closed", and a mix of them within one callback's
// life.
var dialects = map[string][]replies.Reply{
	"Timeout":      {replies.Closed},
	"Invalid":      {replies.MaybeClosed},
	"NotFound":     {replies.Gone},
	"InvalidFirst": {replies.MaybeClosed, replies.Closed, replies.Gone},
	"InvalidLast":  {replies.Closed, replies.Gone, replies.MaybeClosed},
}

// eachDialect runs a test on a desk of its own in each dialect.
func eachDialect(t *testing.T, test func(t *testing.T, d *testDesk)) {
	for name, replies := range dialects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Dialects = slices.Clone(replies)
			test(t, d)
		})
	}
}

// settle delivers until the decision is not on its way any more, and returns what became of it.
func (d *testDesk) settle(id callbacks.ID) callbacks.Callback {
	d.T.Helper()
	for range 40 {
		if c := d.Get(id); c.State != callbacks.Decided {
			return c
		}
		d.Deliver()
		d.Clock.Advance(5 * time.Minute)
	}
	d.T.Fatalf("still on its way: %+v", d.Get(id))
	return callbacks.Callback{}
}

// TestOursInEachDialect: a success whose answer was lost is found in the history, also in one that
// lags.
func TestOursInEachDialect(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(t *testing.T, d *testDesk) {
		d.Lambda.Faults, d.Lambda.Lag = []replies.Reply{replies.None}, 7
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		if got := d.settle(c.ID); got.State != callbacks.Completed || got.Ending.By != callbacks.EndedByUs || got.Problem != "" {
			t.Errorf("got %s, %+v; want ours", got.State, got.Ending)
		}
	})
}

// TestLostInEachDialect: a race that was lost says what won and when, in the callback and in the
// audit.
func TestLostInEachDialect(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		closing callbacks.Closing
		says    string
	}{
		"Client":    {callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Failure}}, "Another client completed the callback with a failure."},
		"Timeout":   {callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout}, "The callback's timeout ran out."},
		"Heartbeat": {callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}, "No heartbeat came within the heartbeat timeout."},
		"Limit":     {callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseExecution}, "The execution reached its own time limit."},
		"Execution": {callbacks.ClosedByExecution(callbacks.StatusStopped, time.Time{}), "The execution was stopped."},
		"Context":   {callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext}, "The part of the function that waited for the callback ended without it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDialect(t, func(t *testing.T, d *testDesk) {
				c := d.Announce(nil)
				d.Lambda.Close(tt.closing)
				ended := d.Clock.Now()
				d.Clock.Advance(1500 * time.Millisecond)
				d.Lambda.Lag = 2
				d.MustDecide(desktest.Mara, c.ID, "approve", "")
				got := d.settle(c.ID)
				if got.State != callbacks.Lost || got.Ending.By != tt.closing.By || got.Ending.Cause != tt.closing.Cause || !got.Ending.At.Equal(ended) || words.Ending(got.Ending, got.Decision) != tt.says {
					t.Errorf("got %s, %+v; want it lost to %+v at %s", got.State, got.Ending, tt.closing, ended)
				}
				if says := d.detail(c.ID, callbacks.ActionLost); says != tt.says+" That was on 2026-11-24 at 13:00:00.000 UTC, 1.5 s before the decision." {
					t.Errorf("the audit says %q", says)
				}
			})
		})
	}
}

// TestBeatsInEachDialect: "closed" as the answer to a heartbeat closes the callback by what the
// history shows.
func TestBeatsInEachDialect(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(t *testing.T, d *testDesk) {
		c := d.Announce(desktest.WithHeartbeat)
		d.Open(desktest.Mara, c.ID)
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Success}})
		d.Lambda.Lag = 1
		for range 3 {
			d.Beat()
			d.Clock.Advance(20 * time.Second)
		}
		if got := d.WantState(c.ID, callbacks.Closed); got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Success {
			t.Errorf("ending is %+v, want another client's", got.Ending)
		}
	})
}

// detail is what the latest entry of an action says.
func (d *testDesk) detail(id callbacks.ID, action callbacks.Action) string {
	d.T.Helper()
	entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: id, Action: action, Limit: 1})
	if err != nil || len(entries) != 1 {
		d.T.Fatalf("entries of %s: %v (%v)", action, entries, err)
	}
	return words.Audit(entries[0])
}

// TestRefusedWhileOpen: an answer that may mean "closed" is a refusal once the history has shown
// the callback open a few times, and then says that the size may be why, where it may.
func TestRefusedWhileOpen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		comments int // of four thousand bytes that are sent
		large    bool
	}{
		"Small": {1, false},
		"Large": {80, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Faults = slices.Repeat([]replies.Reply{replies.MaybeClosed}, 5)
			c := d.Announce(func(a *announcement.Announcement) {
				a.Outcomes = callbacks.DefaultOutcomes("")
				a.Outcomes[0].Payload = []byte(`{"comments":"` + strings.Repeat("{{comment}}", tt.comments) + `"}`)
				a.Timeout = 24 * time.Hour
			})
			d.MustDecide(desktest.Mara, c.ID, "approve", strings.Repeat("x", 4000))
			d.Deliver()
			if got := d.WantState(c.ID, callbacks.Decided); got.Problem != replies.MaybeClosed {
				t.Errorf("on its way its problem is %q", got.Problem)
			}
			got := d.settle(c.ID)
			if got.State != callbacks.Undeliverable || got.Problem != replies.Invalid || len(d.Lambda.Sent()) != 5 {
				t.Errorf("got %s with problem %q after %d attempts, want it refused after 5", got.State, got.Problem, len(d.Lambda.Sent()))
			}
			if says := strings.Contains(words.Ending(got.Ending, got.Decision), "Its size may be why"); says != tt.large {
				t.Errorf("%d bytes: %q", got.Decision.Size, words.Ending(got.Ending, got.Decision))
			}
			if says := d.detail(c.ID, callbacks.ActionUndeliverable); says != words.Ending(got.Ending, got.Decision) {
				t.Errorf("the audit says %q, the callback %q", says, words.Ending(got.Ending, got.Decision))
			}
		})
	}
}

// TestClosedStaysClosed: Lambda has said once that the callback is closed. A later answer that may
// mean "refused" takes nothing back, however often a history that lags shows the callback open.
func TestClosedStaysClosed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Dialects = []replies.Reply{replies.Closed, replies.MaybeClosed, replies.MaybeClosed}
	c := d.Announce(func(a *announcement.Announcement) { a.Timeout = 24 * time.Hour })
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
	d.Lambda.Lag = 30
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if got := d.settle(c.ID); got.State != callbacks.Lost || got.Ending.By != callbacks.EndedByExecution {
		t.Errorf("got %s, %+v; want it lost to the end of the execution", got.State, got.Ending)
	}
}

// TestLostOrRefused: without a history nobody knows which of the two it was. A decision that is
// sent again begins anew.
func TestLostOrRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = slices.Repeat([]replies.Reply{replies.MaybeClosed}, history.DeniedReadings)
	d.Lambda.NoHistory = replies.Denied
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if got := d.settle(c.ID); got.State != callbacks.Unconfirmed || got.Ending.Doubt != callbacks.DoubtRefusal {
		t.Errorf("it is %s: %+v", got.State, got.Ending)
	}
	if _, err := d.Service.RetryDelivery(d.Ctx, desktest.Ops, c.ID); err != nil {
		t.Fatal(err)
	}
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}

// TestBeatThatMayBeRefused: where the history shows the callback open, or cannot be read, an answer
// that may mean "closed" is a heartbeat that failed, and the next one is tried.
func TestBeatThatMayBeRefused(t *testing.T) {
	t.Parallel()
	for name, noHistory := range map[string]replies.Reply{"Open": "", "Denied": replies.Denied, "Busy": replies.Throttled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Faults, d.Lambda.NoHistory = []replies.Reply{replies.MaybeClosed}, noHistory
			c := d.Announce(desktest.WithHeartbeat)
			d.Open(desktest.Mara, c.ID)
			d.Beat()
			d.WantState(c.ID, callbacks.Pending)
			if says := d.detail(c.ID, callbacks.ActionHeartbeatFailed); says != "Lambda did not take it: refused, or the callback is closed." {
				t.Errorf("the audit says %q", says)
			}
			d.Live(15 * time.Second)
			if n := d.Lambda.BeatCount(); n != 1 {
				t.Errorf("%d beats arrived within 15 s of the refusal, want one", n)
			}
		})
	}
}

// TestBeatOfAClosedCallback_Denied: "closed" alone says neither who nor what, so that a history
// that may not be read is asked again a few times before that is all that is said.
func TestBeatOfAClosedCallback_Denied(t *testing.T) {
	t.Parallel()
	for name, passes := range map[string]bool{"Passes": true, "Stays": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(desktest.WithHeartbeat)
			d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
			d.Lambda.NoHistory = replies.Denied
			review := d.Open(desktest.Mara, c.ID).Review.ID
			d.Beat()
			d.WantState(c.ID, callbacks.Pending)
			want := callbacks.EndedByUnknown
			if passes {
				d.Lambda.NoHistory, want = "", callbacks.EndedByExecution
			}
			d.Live(3*time.Minute, d.Renewal(desktest.Mara, c.ID, review, callbacks.SignOfLife{Input: true}))
			if got := d.WantState(c.ID, callbacks.Closed); got.Ending.By != want {
				t.Errorf("ending is %+v, want %s", got.Ending, want)
			}
		})
	}
}
