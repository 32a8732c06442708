package callbacks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// dialects are the ways in which Lambda may say "closed", and a mix of them within one callback's life.
var dialects = map[string][]callbacks.Answer{
	"Timeout":      {callbacks.AnswerClosed},
	"Invalid":      {callbacks.AnswerMaybeClosed},
	"NotFound":     {callbacks.AnswerGone},
	"InvalidFirst": {callbacks.AnswerMaybeClosed, callbacks.AnswerClosed, callbacks.AnswerGone},
	"InvalidLast":  {callbacks.AnswerClosed, callbacks.AnswerGone, callbacks.AnswerMaybeClosed},
}

// eachDialect runs a test on a desk of its own in each dialect.
func eachDialect(t *testing.T, test func(t *testing.T, d *desk)) {
	for name, answers := range dialects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.lambda.dialects = slices.Clone(answers)
			test(t, d)
		})
	}
}

// settle delivers until the decision is not on its way any more, and returns what became of it.
func (d *desk) settle(id callbacks.ID) callbacks.Callback {
	d.t.Helper()
	for range 40 {
		if c := d.get(id); c.State != callbacks.Decided {
			return c
		}
		d.deliver()
		d.clock.Advance(5 * time.Minute)
	}
	d.t.Fatalf("still on its way: %+v", d.get(id))
	return callbacks.Callback{}
}

// TestOursInEachDialect: a success whose answer was lost is found in the history, also in one that lags.
func TestOursInEachDialect(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(t *testing.T, d *desk) {
		d.lambda.faults, d.lambda.lag = []callbacks.Answer{callbacks.AnswerNone}, 7
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		if got := d.settle(c.ID); got.State != callbacks.Completed || got.Ending.By != callbacks.EndedByUs || got.Problem != "" {
			t.Errorf("got %s, %+v; want ours", got.State, got.Ending)
		}
	})
}

// TestLostInEachDialect: a race that was lost says what won and when, in the callback and in the audit.
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
		"Execution": {callbacks.Closing{By: callbacks.EndedByExecution}, "The execution ended around the callback."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDialect(t, func(t *testing.T, d *desk) {
				c := d.announce(nil)
				d.lambda.close(tt.closing)
				ended := d.clock.Now()
				d.clock.Advance(1500 * time.Millisecond)
				d.lambda.lag = 2
				d.mustDecide(mara, c.ID, "approve", "")
				got := d.settle(c.ID)
				if got.State != callbacks.Lost || got.Ending.By != tt.closing.By || got.Ending.Cause != tt.closing.Cause || !got.Ending.At.Equal(ended) || got.Ending.Detail != tt.says {
					t.Errorf("got %s, %+v; want it lost to %+v at %s", got.State, got.Ending, tt.closing, ended)
				}
				if says := d.detail(c.ID, callbacks.ActionLost); says != tt.says+" That was on 2026-11-24 at 13:00:00.000 UTC, 1.5 s before the decision." {
					t.Errorf("the audit says %q", says)
				}
			})
		})
	}
}

// TestBeatsInEachDialect: "closed" as the answer to a heartbeat closes the callback by what the history shows.
func TestBeatsInEachDialect(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(t *testing.T, d *desk) {
		c := d.announce(withHeartbeat)
		d.open(mara, c.ID)
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Success}})
		d.lambda.lag = 1
		for range 3 {
			d.beat()
			d.clock.Advance(20 * time.Second)
		}
		if got := d.wantState(c.ID, callbacks.Closed); got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Success {
			t.Errorf("ending is %+v, want another client's", got.Ending)
		}
	})
}

// detail is what the latest entry of an action says.
func (d *desk) detail(id callbacks.ID, action callbacks.Action) string {
	d.t.Helper()
	entries, err := d.store.Audit(d.ctx, callbacks.AuditQuery{Callback: id, Action: action, Limit: 1})
	if err != nil || len(entries) != 1 {
		d.t.Fatalf("entries of %s: %v (%v)", action, entries, err)
	}
	return entries[0].Detail
}

// TestRefusedWhileOpen: an answer that may mean "closed" is a refusal once the history has shown the callback open a few times,
// and then says that the size may be why, where it may.
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
			d.lambda.faults = slices.Repeat([]callbacks.Answer{callbacks.AnswerMaybeClosed}, 5)
			c := d.announce(func(a *callbacks.Announcement) {
				a.Outcomes = callbacks.DefaultOutcomes("")
				a.Outcomes[0].Payload = []byte(`{"comments":"` + strings.Repeat("{{comment}}", tt.comments) + `"}`)
				a.Timeout = 24 * time.Hour
			})
			d.mustDecide(mara, c.ID, "approve", strings.Repeat("x", 4000))
			d.deliver()
			if got := d.wantState(c.ID, callbacks.Decided); got.Problem != callbacks.AnswerMaybeClosed {
				t.Errorf("on its way its problem is %q", got.Problem)
			}
			got := d.settle(c.ID)
			if got.State != callbacks.Undeliverable || got.Problem != callbacks.AnswerInvalid || len(d.lambda.sent()) != 5 {
				t.Errorf("got %s with problem %q after %d attempts, want it refused after 5", got.State, got.Problem, len(d.lambda.sent()))
			}
			if says := strings.Contains(got.Ending.Detail, "Its size may be why"); says != tt.large {
				t.Errorf("%d bytes: %q", got.Decision.Size, got.Ending.Detail)
			}
			if says := d.detail(c.ID, callbacks.ActionUndeliverable); says != got.Ending.Detail {
				t.Errorf("the audit says %q, the callback %q", says, got.Ending.Detail)
			}
		})
	}
}

// TestClosedStaysClosed: Lambda has said once that the callback is closed. A later answer that may mean "refused" takes nothing
// back, however often a history that lags shows the callback open.
func TestClosedStaysClosed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lambda.dialects = []callbacks.Answer{callbacks.AnswerClosed, callbacks.AnswerMaybeClosed, callbacks.AnswerMaybeClosed}
	c := d.announce(func(a *callbacks.Announcement) { a.Timeout = 24 * time.Hour })
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByExecution})
	d.lambda.lag = 30
	d.mustDecide(mara, c.ID, "approve", "")
	if got := d.settle(c.ID); got.State != callbacks.Lost || got.Ending.By != callbacks.EndedByExecution {
		t.Errorf("got %s, %+v; want it lost to the end of the execution", got.State, got.Ending)
	}
}

// TestLostOrRefused: without a history nobody knows which of the two it was. A decision that is sent again begins anew.
func TestLostOrRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lambda.faults = slices.Repeat([]callbacks.Answer{callbacks.AnswerMaybeClosed}, callbacks.DeniedReadings)
	d.lambda.noHistory = callbacks.AnswerDenied
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	if got := d.settle(c.ID); got.State != callbacks.Unconfirmed || got.Ending.Doubt != callbacks.DoubtRefusal {
		t.Errorf("it is %s: %+v", got.State, got.Ending)
	}
	if _, err := d.service.RetryDelivery(d.ctx, ops, c.ID); err != nil {
		t.Fatal(err)
	}
	d.deliver()
	d.wantState(c.ID, callbacks.Completed)
}

// TestBeatThatMayBeRefused: where the history shows the callback open, or cannot be read, an answer that may mean "closed" is a
// heartbeat that failed, and the next one is tried.
func TestBeatThatMayBeRefused(t *testing.T) {
	t.Parallel()
	for name, noHistory := range map[string]callbacks.Answer{"Open": "", "Denied": callbacks.AnswerDenied, "Busy": callbacks.AnswerThrottled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.lambda.faults, d.lambda.noHistory = []callbacks.Answer{callbacks.AnswerMaybeClosed}, noHistory
			c := d.announce(withHeartbeat)
			d.open(mara, c.ID)
			d.beat()
			d.wantState(c.ID, callbacks.Pending)
			if says := d.detail(c.ID, callbacks.ActionHeartbeatFailed); says != "Lambda did not take it: refused, or closed already." {
				t.Errorf("the audit says %q", says)
			}
			d.live(15 * time.Second)
			if n := d.lambda.beatCount(); n != 1 {
				t.Errorf("%d beats arrived within 15 s of the refusal, want one", n)
			}
		})
	}
}

// TestBeatOfAClosedCallback_Denied: "closed" alone says neither who nor what, so that a history that may not be read is asked again a
// few times before that is all that is said.
func TestBeatOfAClosedCallback_Denied(t *testing.T) {
	t.Parallel()
	for name, passes := range map[string]bool{"Passes": true, "Stays": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(withHeartbeat)
			d.lambda.close(callbacks.Closing{By: callbacks.EndedByExecution})
			d.lambda.noHistory = callbacks.AnswerDenied
			review := d.open(mara, c.ID).Review.ID
			d.beat()
			d.wantState(c.ID, callbacks.Pending)
			want := callbacks.EndedByUnknown
			if passes {
				d.lambda.noHistory, want = "", callbacks.EndedByExecution
			}
			d.live(3*time.Minute, d.renewal(mara, c.ID, review, callbacks.SignOfLife{Input: true}))
			if got := d.wantState(c.ID, callbacks.Closed); got.Ending.By != want {
				t.Errorf("ending is %+v, want %s", got.Ending, want)
			}
		})
	}
}
