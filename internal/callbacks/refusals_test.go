package callbacks_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// operators are the answers that stay the same until an operator mends something.
var operators = []callbacks.Answer{callbacks.AnswerDenied, callbacks.AnswerKMS, callbacks.AnswerSkew, callbacks.AnswerCredentials}

// TestRefusalIsMendedWhileItIsRetried: what an operator has to mend needs attention at once, is tried again, and arrives once it
// is mended: also a permission that AWS does not know of yet.
func TestRefusalIsMendedWhileItIsRetried(t *testing.T) {
	t.Parallel()
	for _, answer := range operators {
		t.Run(string(answer), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.lambda.faults = slices.Repeat([]callbacks.Answer{answer}, 12)
			c := d.announce(func(a *callbacks.Announcement) { a.Timeout = 24 * time.Hour })
			d.mustDecide(mara, c.ID, "approve", "")
			if d.attention(ops) != 0 {
				t.Error("it needs attention before it was tried")
			}
			d.deliver()
			if got := d.wantState(c.ID, callbacks.Decided); got.Problem != answer || d.attention(ops) != 1 {
				t.Errorf("after the first attempt the problem is %q, and %d need attention", got.Problem, d.attention(ops))
			}
			for range 12 {
				d.clock.Advance(10 * time.Minute)
				d.deliver()
			}
			d.wantState(c.ID, callbacks.Completed)
			if n := d.attention(ops); n != 0 {
				t.Errorf("delivered, %d still need attention", n)
			}
		})
	}
}

// TestRefusedBeats: heartbeats that an operator has to mend something for are the admins' to see, until Lambda takes one or the
// callback is not pending any more. Those that pass by themselves are not.
func TestRefusedBeats(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, answers ...callbacks.Answer) (*desk, callbacks.ID) {
		t.Helper()
		d := newDesk(t)
		d.lambda.faults = answers
		c := d.announce(withHeartbeat)
		d.open(mara, c.ID)
		d.beat()
		return d, c.ID
	}
	for _, answer := range []callbacks.Answer{callbacks.AnswerDenied, callbacks.AnswerSkew, callbacks.AnswerCredentials} {
		t.Run(string(answer), func(t *testing.T) {
			t.Parallel()
			d, id := refused(t, answer, callbacks.AnswerThrottled)
			if got := d.get(id); got.Problem != answer || d.attention(ops) != 1 || d.attention(mara) != 0 {
				t.Errorf("problem %q; attention of the admin %d, of the reviewer %d", got.Problem, d.attention(ops), d.attention(mara))
			}
			d.clock.Advance(5 * time.Second)
			d.beat()
			if got := d.get(id).Problem; got != answer {
				t.Errorf("throttled in between, the problem is %q", got)
			}
			d.clock.Advance(5 * time.Second)
			d.beat()
			if got := d.get(id).Problem; got != "" || d.attention(ops) != 0 {
				t.Errorf("a beat was taken, the problem is still %q", got)
			}
		})
	}
	t.Run("Throttled", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, callbacks.AnswerThrottled)
		if got := d.get(id).Problem; got != "" || d.attention(ops) != 0 {
			t.Errorf("problem %q, attention %d; it passes by itself", got, d.attention(ops))
		}
	})
	t.Run("Decided", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, callbacks.AnswerDenied)
		d.mustDecide(mara, id, "approve", "")
		if got := d.get(id).Problem; got != "" {
			t.Errorf("a new decision has the problem %q", got)
		}
	})
	t.Run("Ended", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, callbacks.AnswerDenied)
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByExecution})
		d.clock.Advance(5 * time.Second)
		d.beat()
		if got := d.wantState(id, callbacks.Closed); got.Problem != "" || d.attention(ops) != 0 {
			t.Errorf("it has ended, the problem is still %q", got.Problem)
		}
	})
}
