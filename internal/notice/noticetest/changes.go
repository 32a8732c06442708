package noticetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/notice"
)

// off: while no channel is configured, a change costs nothing.
func off(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	change(t, s, c.ID, t0)
	if all := claimChanges(t, s, t0.Add(time.Hour)); len(all) > 0 {
		t.Errorf("noted: %v", all)
	}
}

// changes: what matters makes its callback due, what does not leaves it, and a plan says when it is
// looked at next.
func changes(t *testing.T, s Stores) {
	c, first := arrive(t, s)
	callbackstest.Same(t, "the arrival", first, notice.Change{Callback: c.ID, Count: 1})
	now := t0.Add(time.Second)
	callbackstest.Must(t, s.Notices.Plan(t.Context(), first, notice.Plan{Next: t0.Add(time.Hour)}, now))
	storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionReviewOpened, now), nil)
	})
	if all := claimChanges(t, s, t0.Add(time.Hour-time.Millisecond)); len(all) > 0 {
		t.Errorf("due early, or by what does not matter: %v", all)
	}
	next, _, err := s.Notices.Next(t.Context(), nil)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "next", next, t0.Add(time.Hour))
	callbackstest.Same(t, "the next look", claimChange(t, s, t0.Add(time.Hour)), first)
	// A claim that comes to nothing is made again.
	callbackstest.Same(t, "the claim made again", claimChange(t, s, t0.Add(time.Hour+time.Minute)), first)
	plan(t, s, first, now)
	if all := claimChanges(t, s, t0.Add(1000*time.Hour)); len(all) > 0 {
		t.Errorf("nothing is due any more, but: %v", all)
	}
	change(t, s, c.ID, t0.Add(2*time.Hour))
	callbackstest.Same(t, "a signature", claimChange(t, s, t0.Add(3*time.Hour)), notice.Change{Callback: c.ID, Count: 2})
}

// changedSince: a plan of an earlier state writes nothing.
func changedSince(t *testing.T, s Stores) {
	c, first := arrive(t, s)
	change(t, s, c.ID, t0.Add(time.Second))
	plan(t, s, first, t0.Add(time.Second), planned("ada", t0))
	none(t, s, t0.Add(time.Hour))
	second := claimChange(t, s, t0.Add(2*time.Second))
	plan(t, s, second, t0.Add(2*time.Second), planned("ada", t0))
	claimMessage(t, s, t0.Add(time.Hour))
}

// settling: changes that come together are planned together.
func settling(t *testing.T, s Stores) {
	s.Tell(true)
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	change(t, s, c.ID, t0.Add(notice.Settling-time.Millisecond))
	if all := claimChanges(t, s, t0.Add(notice.Settling)); len(all) > 0 {
		t.Errorf("planned before it settled: %v", all)
	}
	callbackstest.Same(t, "both changes", claimChange(t, s, t0.Add(2*notice.Settling)).Count, 2)
}
