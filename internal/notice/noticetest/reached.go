package noticetest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/notice"
)

// put records callbacks of a queue that end one after the other.
func put(t testing.TB, s Stores, queue string, n int) (all []callbacks.Callback) {
	t.Helper()
	for i := range n {
		c := callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.Timeout(time.Duration(n-i)*time.Hour))
		all = append(all, storetest.Put(t, s.Desk, c))
	}
	return all
}

// reached: what is pending in a queue that reaches others than before is planned again, in steps, those
// first that end first. Also what was never planned is.
func reached(t *testing.T, s Stores) {
	all := put(t, s, "finance", 3) // before messages were sent
	put(t, s, "legal", 1)
	reach := func(people string, now time.Time) {
		t.Helper()
		callbackstest.Must(t, s.Notices.Reached(t.Context(), map[string]string{"finance": people}, now))
	}
	step := func(now time.Time) (next time.Time, due []callbacks.ID) {
		t.Helper()
		next, err := s.Notices.Replan(t.Context(), 2, now)
		callbackstest.Must(t, err)
		for _, change := range claimChanges(t, s, now) {
			callbackstest.Must(t, s.Notices.Plan(t.Context(), change, notice.Plan{Next: t0.Add(1000 * time.Hour)}, now))
			due = append(due, change.Callback)
		}
		return next, due
	}
	want := func(now time.Time, left bool, ids ...callbacks.ID) {
		t.Helper()
		next, due := step(now)
		slices.Sort(due)
		slices.Sort(ids)
		if !slices.Equal(due, ids) {
			t.Errorf("due at %v: %v, want %v", now, due, ids)
		}
		if next.After(now) != left || next.IsZero() == left {
			t.Errorf("the next step at %v is at %v", now, next)
		}
	}
	want(t0, false)
	reach("ada", t0)
	want(t0, true, all[2].ID, all[1].ID)
	want(t0, true)
	reach("ada and bob", t0) // while the first is under way
	later := t0.Add(notice.ReplanPause)
	want(later, true, all[0].ID)
	later = later.Add(notice.ReplanPause)
	want(later, true, all[2].ID, all[1].ID)
	later = later.Add(notice.ReplanPause)
	want(later, false, all[0].ID)
	reach("ada and bob", later) // as another replica sees it
	want(later, false)
	callbackstest.Must(t, s.Notices.Reached(t.Context(), nil, later)) // the last channel is gone
	reach("ada and bob", later)
	want(later, true, all[2].ID, all[1].ID)
}

// reachedMeanwhile: a plan for those who were reached before does not stand, and what messages may say
// stays as it was.
func reachedMeanwhile(t *testing.T, s Stores) {
	c, first := arrive(t, s)
	callbackstest.Must(t, s.Notices.Reached(t.Context(), map[string]string{c.Queue: "ada"}, t0))
	_, err := s.Notices.Replan(t.Context(), 10, t0.Add(time.Second))
	callbackstest.Must(t, err)
	plan(t, s, first, t0.Add(time.Second), planned("bob", t0))
	none(t, s, t0.Add(time.Hour))
	second := claimChange(t, s, t0.Add(time.Second))
	plan(t, s, second, t0.Add(time.Second), planned("ada", t0))
	callbackstest.Same(t, "told", claimMessage(t, s, t0.Add(time.Hour)).Person, "ada")
}
