package noticetest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/notice"
)

// claim: a message is claimed when it is due, by one worker, with its notices and every field.
func claim(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	due := t0.Add(time.Minute)
	plan(t, s, of, t0, planned("ada", due))
	none(t, s, due.Add(-time.Millisecond))
	_, next, err := s.Notices.Next(t.Context(), nil)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "next", next, due)
	if all := claimMessages(t, s, due, notice.Email); len(all) > 0 {
		t.Errorf("claimed of a channel to skip: %+v", all)
	}
	w := claimMessage(t, s, due)
	p := planned("ada", due)
	want := notice.Work{
		ID: w.ID, Target: p.Target, Topic: p.Topic, Tries: 1, Version: 1, Owner: "w", FirstAt: due, MadeAt: t0,
		Notices: []notice.Notice{{Callback: c.ID, Target: p.Target, Topic: p.Topic, Message: w.ID, PlannedAt: t0, DueAt: due}},
	}
	callbackstest.Same(t, "work", w, want)
	none(t, s, due.Add(time.Second))
	finish(t, s, w, notice.Result{Told: "state 1", Handle: "42"}, due)
	none(t, s, due.Add(time.Hour))
}

// joins: notices of other callbacks join a message that waits, and get another one once it is sent.
func joins(t *testing.T, s Stores) {
	due := t0.Add(10 * time.Minute)
	for range 3 {
		_, of := arrive(t, s)
		plan(t, s, of, t0, planned("ada", due), planned("bob", due))
		due = due.Add(time.Minute)
	}
	all := claimMessages(t, s, t0.Add(10*time.Minute))
	if len(all) != 2 {
		t.Fatalf("%d messages, want one a person", len(all))
	}
	for _, w := range all {
		callbackstest.Same(t, "callbacks of one message", len(w.Notices), 3)
		finish(t, s, w, notice.Result{Told: "x"}, t0.Add(10*time.Minute))
	}
	_, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", due))
	callbackstest.Same(t, "callbacks of the next", len(claimMessage(t, s, t0.Add(time.Hour)).Notices), 1)
}

// redraw: a message that was sent is due again with each change of its callback, and one that was
// not keeps its time unless it has to come sooner.
func redraw(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	due := t0.Add(time.Hour)
	plan(t, s, of, t0, planned("ada", due))
	change(t, s, c.ID, t0.Add(time.Second))
	plan(t, s, claimChange(t, s, t0.Add(2*time.Second)), t0.Add(2*time.Second), planned("ada", due))
	none(t, s, due.Add(-time.Millisecond))
	change(t, s, c.ID, t0.Add(time.Minute))
	sooner := t0.Add(30 * time.Minute)
	plan(t, s, claimChange(t, s, t0.Add(2*time.Minute)), t0.Add(2*time.Minute), planned("ada", sooner))
	w := claimMessage(t, s, sooner)
	finish(t, s, w, notice.Result{Told: "state 1", Handle: "42"}, sooner)
	change(t, s, c.ID, sooner)
	now := sooner.Add(time.Second)
	plan(t, s, claimChange(t, s, now), now)
	w = claimMessage(t, s, now)
	callbackstest.Same(t, "what it was told", []any{w.Told, w.States, w.Handle, w.Again, w.Tries}, []any{"state 1", 1, notice.Handle("42"), false, 1})
	callbackstest.Same(t, "told at", w.Notices[0].ToldAt, sooner)
}

// sight: a look at a callback that changes nothing has only those messages drawn again that were not
// told yet.
func sight(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	now := t0
	look := func(sight string) []notice.Work {
		now = now.Add(time.Minute)
		callbackstest.Must(t, s.Notices.Plan(t.Context(), of, notice.Plan{Notices: []notice.Planned{planned("ada", t0)}, Sight: sight, Next: now.Add(time.Minute)}, now))
		return claimMessages(t, s, now)
	}
	finish(t, s, look("a")[0], notice.Result{Told: "state 1"}, now)
	for _, step := range []struct {
		sight   string
		changed bool
		want    int
	}{{"a", false, 0}, {"b", false, 1}, {"b", false, 0}, {"b", true, 1}, {"", false, 1}, {"", false, 1}} {
		if step.changed {
			change(t, s, c.ID, now)
			of = claimChange(t, s, now.Add(time.Second))
		}
		drawn := look(step.sight)
		if len(drawn) != step.want {
			t.Fatalf("sight %q, changed %t: %d messages are due, want %d", step.sight, step.changed, len(drawn), step.want)
		}
		for _, w := range drawn {
			finish(t, s, w, notice.Result{}, now)
		}
	}
}

// redrawWhileSent: a change that comes while a message is sent makes it due again.
func redrawWhileSent(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0))
	w := claimMessage(t, s, t0)
	finish(t, s, w, notice.Result{Told: "state 1"}, t0)
	for i := range 2 {
		now := t0.Add(time.Duration(i+1) * time.Minute)
		change(t, s, c.ID, now)
		plan(t, s, claimChange(t, s, now.Add(time.Second)), now.Add(time.Second))
		if i == 0 {
			w = claimMessage(t, s, now.Add(time.Second))
		}
	}
	none(t, s, t0.Add(100*time.Second)) // under way
	now := t0.Add(2*time.Minute + 2*time.Second)
	finish(t, s, w, notice.Result{Told: "state 2"}, now)
	callbackstest.Same(t, "what it was told", claimMessage(t, s, now).Told, "state 2")
}

// leaseLost: whoever comes after the end of a lease writes nothing.
func leaseLost(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0))
	first := claimMessage(t, s, t0)
	later := t0.Add(2 * time.Minute)
	lease := callbacks.Lease{Owner: "other", Until: later.Add(time.Minute)}
	all, err := s.Notices.ClaimMessages(t.Context(), later, lease, 10, nil)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "claimed again", len(all), 1)
	if err := s.Notices.Finish(t.Context(), first, notice.Result{Told: "x"}, later); !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("the first worker's result: %v, want %v", err, callbacks.ErrLeaseLost)
	}
	finish(t, s, all[0], notice.Result{Told: "y"}, later)
}

// again: after an attempt without an answer, and after one that a crash cut off, the next ones say
// so, until a state was told.
func again(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0))
	now := t0
	for i, tc := range []struct {
		again  bool
		result notice.Result
	}{
		{false, notice.Result{Fault: &notice.Fault{Code: notice.Busy, Words: "later"}}},
		{false, notice.Result{Fault: &notice.Fault{Code: notice.Unanswered}}},
		{true, notice.Result{Fault: &notice.Fault{Code: notice.Unreachable}}},
		{true, notice.Result{Told: "state 1"}},
	} {
		w := claimMessage(t, s, now)
		callbackstest.Same(t, "again", w.Again, tc.again)
		callbackstest.Same(t, "first at", w.FirstAt, t0)
		callbackstest.Same(t, "tries", w.Tries, i+1)
		now = now.Add(time.Second)
		tc.result.DueAt = now
		finish(t, s, w, tc.result, now)
	}
	claimMessage(t, s, now) // and nobody hears of it again
	callbackstest.Same(t, "after a crash", claimMessage(t, s, now.Add(2*time.Minute)).Again, true)
}

// drop: a notice that is not wanted any more leaves a message that was not sent, and the last one
// takes the message with it.
func drop(t *testing.T, s Stores) {
	a, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0))
	b, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0))
	w := claimMessage(t, s, t0)
	finish(t, s, w, notice.Result{Drop: []callbacks.ID{a.ID}, DueAt: t0.Add(time.Second)}, t0)
	w = claimMessage(t, s, t0.Add(time.Second))
	callbackstest.Same(t, "what is left", w.Notices[0].Callback, b.ID)
	finish(t, s, w, notice.Result{Drop: []callbacks.ID{b.ID}, DueAt: t0.Add(time.Second)}, t0)
	none(t, s, t0.Add(time.Hour))
	all, err := s.Notices.Notices(t.Context(), b.ID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "notices", len(all), 0)
}

// story: what became of each notice of a callback.
func story(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	ada, bob := planned("ada", t0), planned("bob", t0.Add(time.Hour))
	plan(t, s, of, t0, ada, bob)
	w := claimMessage(t, s, t0)
	at := t0.Add(time.Minute)
	finish(t, s, w, notice.Result{Fault: &notice.Fault{Code: notice.Refused, Words: "550 mailbox unavailable"}, DueAt: at}, t0)
	all, err := s.Notices.Notices(t.Context(), c.ID)
	callbackstest.Must(t, err)
	if len(all) != 2 {
		t.Fatalf("%d notices, want 2", len(all))
	}
	for _, n := range all {
		want := notice.Notice{Callback: c.ID, Target: bob.Target, Topic: bob.Topic, Message: n.Message, PlannedAt: t0, DueAt: bob.Due}
		if n.Person == "ada" {
			want.Target, want.DueAt, want.Fault, want.Words = ada.Target, at, notice.Refused, "550 mailbox unavailable"
		}
		callbackstest.Same(t, "notice", n, want)
	}
	sees(t, s, "ada", t0)
	told, err := s.Reports.Story(t.Context(), c.ID, t0)
	callbackstest.Must(t, err)
	for i, n := range told {
		name := ""
		if n.Person == "ada" {
			name = "ada"
		}
		if n.Name != name || n.Message != all[i].Message {
			t.Errorf("the story has %+v", n)
		}
	}
}

// openers: who opened a callback, and who has it open.
func openers(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	review := func(id, who string, at, closed time.Time) callbacks.Review {
		return callbacks.Review{ID: callbacks.ID(id), Callback: c.ID, By: callbackstest.Person(who), OpenedAt: at, RenewedAt: at, ClosedAt: closed}
	}
	_, err := s.Desk.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		c.Reviews = []callbacks.Review{
			review("r1", "bob", t0.Add(time.Minute), time.Time{}), review("r2", "ada", t0, t0.Add(time.Second)),
			review("r3", "bob", t0.Add(2*time.Minute), t0.Add(time.Hour)),
		}
		return nil
	})
	callbackstest.Must(t, err)
	got, err := s.Notices.Openers(t.Context(), c.ID)
	callbackstest.Must(t, err)
	ada, bob := callbackstest.Person("ada"), callbackstest.Person("bob")
	callbackstest.Same(t, "openers", got, []notice.Opener{
		{Person: ada.ID, Name: ada.Name, OpenedAt: t0}, {Person: bob.ID, Name: bob.Name, OpenedAt: t0.Add(time.Minute), Open: true},
	})
}
