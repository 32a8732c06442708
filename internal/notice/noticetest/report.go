package noticetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// webhook is a notice to a webhook.
func webhook(name string, due time.Time) notice.Planned {
	return notice.Planned{
		Target: notice.Target{Channel: notice.Webhooks, Place: name}, Topic: notice.Topic{Kind: notice.MaySign}, Due: due, Latest: due, Gathering: notice.Alone,
	}
}

// health: what was sent in each hour, what waits and what fails, of each channel, and of each
// webhook.
func health(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0), planned("bob", t0.Add(time.Hour)), webhook("erp", t0), webhook("lake", t0))
	busy := &notice.Fault{Code: notice.Busy, Words: "answers 503"}
	for _, w := range claimMessages(t, s, t0) {
		r := notice.Result{Told: "x"}
		if w.Place == "erp" {
			r = notice.Result{Fault: busy, DueAt: t0.Add(5 * time.Hour)}
		}
		finish(t, s, w, r, t0)
	}
	finish(t, s, claimMessage(t, s, t0.Add(time.Hour)), notice.Result{Told: "x"}, t0.Add(90*time.Minute))
	_, of = arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0.Add(2*time.Hour)))
	got, err := s.Reports.Health(t.Context(), t0.Add(2*time.Hour))
	callbackstest.Must(t, err)
	slices.SortFunc(got, func(a, b notice.Health) int { return cmp.Compare(a.Channel+a.Place, b.Channel+b.Place) })
	mail := notice.Health{Channel: notice.Email, Waiting: 1, LastSent: t0.Add(90 * time.Minute)}
	mail.Hours[10], mail.Hours[11] = 1, 1
	lake := notice.Health{Channel: notice.Webhooks, Place: "lake", LastSent: t0}
	lake.Hours[10] = 1
	callbackstest.Same(t, "health", got, []notice.Health{mail, {
		Channel: notice.Webhooks, Place: "erp", Failing: 1, FailingSince: t0, Fault: notice.Busy, Words: "answers 503", FailedAt: "erp", Tries: 1, Next: t0.Add(5 * time.Hour),
	}, lake})
	callbackstest.Same(t, "sent", got[0].Sent(), 2)
	got, err = s.Reports.Health(t.Context(), t0.Add(14*time.Hour))
	callbackstest.Must(t, err)
	for _, h := range got {
		callbackstest.Same(t, "sent long ago", h.Sent(), 0)
	}
}

// storyOfFailures: the story keeps what failed and was dropped, and what could not be reached,
// until it is forgotten or told after all. Nothing else does.
func storyOfFailures(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	dead := notice.Unreached{Planned: planned("bob", t0), Fault: notice.NoPlace, Words: "550 no such user"}
	put := func(now time.Time, p notice.Plan) {
		t.Helper()
		callbackstest.Must(t, s.Notices.Plan(t.Context(), of, p, now))
	}
	put(t0, notice.Plan{Notices: []notice.Planned{planned("ada", t0)}, Unreached: []notice.Unreached{dead, dead}})
	w := claimMessage(t, s, t0)
	finish(t, s, w, notice.Result{Fault: &notice.Fault{Code: notice.Busy, Words: "451 later"}, DueAt: t0.Add(time.Minute)}, t0)
	pause := notice.Pause{Channel: notice.Email, At: t0, Until: t0.Add(time.Hour), Code: notice.Denied, Words: "535", By: callbacks.System("notices")}
	callbackstest.Must(t, s.Notices.Pause(t.Context(), pause))
	story := func(now time.Time) (said []string) {
		t.Helper()
		all, err := s.Reports.Story(t.Context(), c.ID, now)
		callbackstest.Must(t, err)
		for _, n := range all {
			said = append(said, fmt.Sprintf("%s %q %q %q live %t", n.Place, n.Fault, n.Words, n.Held.Words, n.Message != ""))
		}
		slices.Sort(said)
		return said
	}
	bob := `bob@example.com "no place" "550 no such user" "" live false`
	callbackstest.Same(t, "while it waits", story(t0), []string{`ada@example.com "busy" "451 later" "535" live true`, bob})
	callbackstest.Same(t, "after the pause", story(pause.Until), []string{`ada@example.com "busy" "451 later" "" live true`, bob})
	w = claimMessage(t, s, t0.Add(time.Minute))
	finish(t, s, w, notice.Result{Drop: []callbacks.ID{c.ID}}, t0.Add(time.Minute))
	callbackstest.Same(t, "dropped", story(t0), []string{`ada@example.com "busy" "451 later" "" live false`, bob})
	live, err := s.Notices.Notices(t.Context(), c.ID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "notices to be told", len(live), 0)
	none(t, s, t0.Add(time.Hour))

	of = claimChange(t, s, t0.Add(2*time.Minute)) // it was dropped while it waits
	put(t0.Add(2*time.Minute), notice.Plan{Notices: []notice.Planned{planned("ada", t0.Add(time.Hour))}})
	callbackstest.Same(t, "wanted again", story(pause.Until), []string{`ada@example.com "" "" "" live true`, bob})
	callbackstest.Must(t, s.Notices.Forget(t.Context(), t0.Add(time.Minute), 10))
	callbackstest.Same(t, "forgotten", story(pause.Until), []string{`ada@example.com "" "" "" live true`})
}

// givenUp: what is tried no more does not fail any longer, and is tried from the start when there
// is something new to tell. The addresses of people are not reported.
func givenUp(t *testing.T, s Stores) {
	c, of := arrive(t, s)
	plan(t, s, of, t0, webhook("erp", t0), planned("ada", t0))
	for _, w := range claimMessages(t, s, t0) {
		finish(t, s, w, notice.Result{Fault: &notice.Fault{Code: notice.Refused, Words: "answers 400"}}, t0)
	}
	got, err := s.Reports.Health(t.Context(), t0)
	callbackstest.Must(t, err)
	slices.SortFunc(got, func(a, b notice.Health) int { return cmp.Compare(a.Channel+a.Place, b.Channel+b.Place) })
	mail := notice.Health{Channel: notice.Email, GivenUp: 1, FailingSince: t0, Fault: notice.Refused, Words: "answers 400"}
	erp := mail
	erp.Channel, erp.Place, erp.FailedAt = notice.Webhooks, "erp", "erp"
	callbackstest.Same(t, "health", got, []notice.Health{mail, erp})
	backlogs, err := s.Notices.Backlogs(t.Context(), t0, t0)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "backlogs", backlogs, map[string]notice.Backlog{})

	later := t0.Add(6 * 24 * time.Hour)
	change(t, s, c.ID, later)
	plan(t, s, claimChange(t, s, later.Add(notice.Settling)), later, webhook("erp", later), planned("ada", later.Add(time.Hour)))
	w := claimMessage(t, s, later)
	callbackstest.Same(t, "the first attempt at the change", []any{w.Place, w.FirstAt, w.Tries}, []any{"erp", later, 1})
	finish(t, s, w, notice.Result{Fault: &notice.Fault{Code: notice.Busy}, DueAt: later.Add(time.Hour)}, later)
	_, err = s.Reports.Retry(t.Context(), notice.Webhooks, "erp", callbackstest.Person("ops"), later.Add(time.Minute))
	callbackstest.Must(t, err)
	w = claimMessage(t, s, later.Add(time.Minute))
	callbackstest.Same(t, "the first attempt after a retry", []any{w.FirstAt, w.Tries}, []any{later.Add(time.Minute), 1})
}

// retry: what failed is due at once, of one place or of a whole channel, also what is under way.
func retry(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	plan(t, s, of, t0, webhook("erp", t0), webhook("lake", t0), planned("ada", t0.Add(time.Hour)))
	fault := notice.Result{Fault: &notice.Fault{Code: notice.Busy}, DueAt: t0.Add(24 * time.Hour)}
	for _, w := range claimMessages(t, s, t0) {
		finish(t, s, w, fault, t0)
	}
	again := func(place string, want int) {
		t.Helper()
		n, err := s.Reports.Retry(t.Context(), notice.Webhooks, place, callbackstest.Person("ops"), t0.Add(time.Minute))
		callbackstest.Must(t, err)
		callbackstest.Same(t, "tried again", n, want)
	}
	again("erp", 1)
	w := claimMessage(t, s, t0.Add(time.Minute))
	callbackstest.Same(t, "place", w.Place, "erp")
	again("", 2) // one of them is under way
	again("nowhere", 0)
	audited(t, s, notice.ActionRetried, "Channel webhooks", "erp on channel webhooks")
	lake := claimMessage(t, s, t0.Add(time.Minute))
	callbackstest.Same(t, "place", lake.Place, "lake")
	finish(t, s, w, fault, t0.Add(90*time.Second))
	callbackstest.Same(t, "the one that was under way", claimMessage(t, s, t0.Add(90*time.Second)).Place, "erp")
}
