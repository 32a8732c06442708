package noticetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/notice"
)

// pauses: a pause holds until its end, and another one replaces it.
func pauses(t *testing.T, s Stores) {
	read := func(now time.Time) []notice.Pause {
		all, err := s.Notices.Pauses(t.Context(), now, 10)
		callbackstest.Must(t, err)
		return all
	}
	p := notice.Pause{
		Channel: notice.Slack, At: t0, Until: t0.Add(time.Hour), Words: "tenant moves today", By: callbackstest.Person("ops"),
	}
	gone := notice.Pause{Channel: notice.Email, Place: "legal@example.com", At: t0, Until: notice.ForGood, Code: notice.NoPlace, Words: "550", By: callbacks.System("notices")}
	callbackstest.Must(t, s.Notices.Pause(t.Context(), p))
	callbackstest.Must(t, s.Notices.Pause(t.Context(), gone))
	callbackstest.Must(t, s.Notices.Pause(t.Context(), gone)) // found again
	callbackstest.Same(t, "pauses", read(t0), []notice.Pause{gone, p})
	callbackstest.Same(t, "pauses an hour later", read(t0.Add(time.Hour)), []notice.Pause{gone})
	gone.Until, gone.Code, gone.Words = t0, "", ""
	callbackstest.Must(t, s.Notices.Pause(t.Context(), gone))
	callbackstest.Same(t, "pauses after an end", read(t0), []notice.Pause{p})
	audited(t, s, notice.ActionMuted,
		"legal@example.com on channel email, until somebody resumes it: “550”", "Channel slack, until 2026-11-23 10:00 UTC: “tenant moves today”")
	audited(t, s, notice.ActionResumed, "legal@example.com on channel email")
}

// backlogs: what waits, was sent and failed, by channel.
func backlogs(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	slack := planned("ada", t0)
	slack.Target = notice.Target{Channel: notice.Slack, Place: "#finance"}
	plan(t, s, of, t0, planned("ada", t0), planned("bob", t0.Add(time.Hour)), slack)
	for _, w := range claimMessages(t, s, t0) {
		r := notice.Result{Told: "x"}
		if w.Channel == notice.Slack {
			r = notice.Result{Fault: &notice.Fault{Code: notice.Busy}, DueAt: t0.Add(time.Minute)}
		}
		finish(t, s, w, r, t0)
	}
	got, err := s.Notices.Backlogs(t.Context(), t0.Add(2*time.Minute), t0)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "backlogs", got, map[string]notice.Backlog{
		notice.Email: {Sent: 1}, notice.Slack: {Waiting: 1, Oldest: t0.Add(time.Minute), Failing: 1},
	})
}

// forget: old messages go with their notices once their callbacks are over, and nothing else does.
func forget(t *testing.T, s Stores) {
	a, of := arrive(t, s)
	plan(t, s, of, t0, planned("ada", t0.Add(time.Hour)))
	b, of := arrive(t, s)
	plan(t, s, of, t0.Add(time.Minute), planned("bob", t0.Add(time.Hour)))
	left := func(c callbacks.Callback) int {
		all, err := s.Notices.Notices(t.Context(), c.ID)
		callbackstest.Must(t, err)
		return len(all)
	}
	forget := func() { callbackstest.Must(t, s.Notices.Forget(t.Context(), t0.Add(time.Minute), 10)) }
	forget()
	callbackstest.Same(t, "notices of what waits", []int{left(a), left(b)}, []int{1, 1})
	for _, c := range []callbacks.Callback{a, b} {
		storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
			callbackstest.Ended(callbacks.TimedOut, t0)(&c.Callback)
			return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionTimedOut, t0), nil)
		})
	}
	forget()
	callbackstest.Same(t, "notices of what is over", []int{left(a), left(b)}, []int{0, 1})
	callbackstest.Same(t, "messages", len(claimMessages(t, s, t0.Add(time.Hour))), 1)
}
