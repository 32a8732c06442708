package notice_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestStory: the story of a callback says what failed before anything was sent, also once it is
// over, and what kept a message waiting that was never tried.
func TestStory(t *testing.T) {
	t.Parallel()
	refused := &notice.Fault{Code: notice.Refused, Words: "invalid_blocks"}
	down := &notice.Fault{Code: notice.Unreachable, Words: "no connection"}
	gone := &notice.Fault{Code: notice.NoPlace, Words: "550 no such user"}
	denied := &notice.Fault{Code: notice.Denied, Words: "invalid_auth"}
	for name, tt := range map[string]struct {
		channel, place string
		fault          *notice.Fault
		then           func(r *rig, c callbacks.Callback) callbacks.Callback // returns the one whose story counts
		waits          bool                                                  // for the end of a pause
	}{
		"a server refused it, and it was decided": {notice.Slack, "#finance", refused, approved, false},
		"a server was down until it was decided":  {notice.Slack, "#finance", down, approved, false},
		"an address is wrong":                     {notice.Email, "ada@example.com", gone, unchanged, false},
		"an address was wrong before":             {notice.Email, "ada@example.com", gone, another, false},
		"it was decided after that":               {notice.Email, "ada@example.com", gone, approved, false},
		"a channel rests":                         {notice.Slack, "#finance", denied, another, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(r *rig) {
				fails := func(e notice.Envelope) (bool, error) {
					if e.To == tt.place {
						return false, tt.fault
					}
					return true, nil
				}
				r.slack.answer, r.mail.answer = fails, fails
				c := r.announce(4 * time.Hour)
				r.run(12*time.Minute, 20*time.Second)
				c = tt.then(r, c)
				all, err := r.store.Notices().Story(t.Context(), c.ID, r.clock.Now())
				callbackstest.Must(t, err)
				i := slices.IndexFunc(all, func(n notice.Notice) bool { return n.Channel == tt.channel && n.Place == tt.place })
				if i < 0 {
					t.Fatalf("the story has nothing of it: %+v", all)
				}
				n, code, words := all[i], all[i].Fault, all[i].Words
				if tt.waits {
					code, words = n.Held.Code, n.Held.Words
				}
				if !n.ToldAt.IsZero() || n.DueAt.IsZero() == tt.waits || code != tt.fault.Code || words != tt.fault.Words {
					t.Errorf("the story says %+v", n)
				}
			})
		})
	}
}

func unchanged(r *rig, c callbacks.Callback) callbacks.Callback { return c }

// approved is the callback after somebody decided it.
func approved(r *rig, c callbacks.Callback) callbacks.Callback {
	r.approve(r.known("cleo", "approvers"), c.ID)
	r.run(time.Minute, 10*time.Second)
	return c
}

// another is the next callback.
func another(r *rig, _ callbacks.Callback) callbacks.Callback {
	c := r.announce(4 * time.Hour)
	r.run(12*time.Minute, 20*time.Second)
	return c
}
