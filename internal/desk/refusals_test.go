package desk_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/replies"
)

// operators are the answers that stay the same until an operator mends something.
var operators = []replies.Reply{replies.Denied, replies.KMS, replies.Skew, replies.Credentials}

// TestRefusalIsMendedWhileItIsRetried: what an operator has to mend needs attention at once, is
// tried again, and arrives once it is mended: also a permission that AWS does not know of yet.
func TestRefusalIsMendedWhileItIsRetried(t *testing.T) {
	t.Parallel()
	for _, reply := range operators {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.Faults = slices.Repeat([]replies.Reply{reply}, 12)
			c := d.Announce(func(a *announcement.Announcement) { a.Timeout = 24 * time.Hour })
			d.MustDecide(desktest.Mara, c.ID, "approve", "")
			if d.Attention(desktest.Ops) != 0 {
				t.Error("it needs attention before it was tried")
			}
			d.Deliver()
			if got := d.WantState(c.ID, callbacks.Decided); got.Problem != reply || d.Attention(desktest.Ops) != 1 {
				t.Errorf("after the first attempt the problem is %q, and %d need attention", got.Problem, d.Attention(desktest.Ops))
			}
			for range 12 {
				d.Clock.Advance(10 * time.Minute)
				d.Deliver()
			}
			d.WantState(c.ID, callbacks.Completed)
			if n := d.Attention(desktest.Ops); n != 0 {
				t.Errorf("delivered, %d still need attention", n)
			}
		})
	}
}

// TestRefusedBeats: heartbeats that an operator has to mend something for are the admins' to see,
// until Lambda takes one or the callback is not pending any more. Those that pass by themselves are
// not.
func TestRefusedBeats(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, replies ...replies.Reply) (*testDesk, callbacks.ID) {
		t.Helper()
		d := newDesk(t)
		d.Lambda.Faults = replies
		c := d.Announce(desktest.WithHeartbeat)
		d.Open(desktest.Mara, c.ID)
		d.Beat()
		return d, c.ID
	}
	for _, reply := range []replies.Reply{replies.Denied, replies.Skew, replies.Credentials} {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			d, id := refused(t, reply, replies.Throttled)
			if got := d.Get(id); got.Problem != reply || d.Attention(desktest.Ops) != 1 || d.Attention(desktest.Mara) != 0 {
				t.Errorf("problem %q; attention of the admin %d, of the reviewer %d", got.Problem, d.Attention(desktest.Ops), d.Attention(desktest.Mara))
			}
			d.Clock.Advance(5 * time.Second)
			d.Beat()
			if got := d.Get(id).Problem; got != reply {
				t.Errorf("throttled in between, the problem is %q", got)
			}
			d.Clock.Advance(5 * time.Second)
			d.Beat()
			if got := d.Get(id).Problem; got != "" || d.Attention(desktest.Ops) != 0 {
				t.Errorf("a beat was taken, the problem is still %q", got)
			}
		})
	}
	t.Run("Throttled", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, replies.Throttled)
		if got := d.Get(id).Problem; got != "" || d.Attention(desktest.Ops) != 0 {
			t.Errorf("problem %q, attention %d; it passes by itself", got, d.Attention(desktest.Ops))
		}
	})
	t.Run("Decided", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, replies.Denied)
		d.MustDecide(desktest.Mara, id, "approve", "")
		if got := d.Get(id).Problem; got != "" {
			t.Errorf("a new decision has the problem %q", got)
		}
	})
	t.Run("Ended", func(t *testing.T) {
		t.Parallel()
		d, id := refused(t, replies.Denied)
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByExecution})
		d.Clock.Advance(5 * time.Second)
		d.Beat()
		if got := d.WantState(id, callbacks.Closed); got.Problem != "" || d.Attention(desktest.Ops) != 0 {
			t.Errorf("it has ended, the problem is still %q", got.Problem)
		}
	})
}
