package noticetest

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// switchedOff is a pause without an end of a mailbox, which is a person's unless person is empty.
func switchedOff(place, person string, at time.Time) notice.Pause {
	return notice.Pause{
		Channel: notice.Email, Place: place, Person: person, At: at, Until: notice.ForGood, Code: notice.NoPlace, Words: "550",
		By: callbacks.System("notices"),
	}
}

func pause(t testing.TB, s Stores, p notice.Pause) {
	t.Helper()
	callbackstest.Must(t, s.Notices.Pause(t.Context(), p))
}

func readPauses(t testing.TB, s Stores, now time.Time, limit int) []notice.Pause {
	t.Helper()
	all, err := s.Notices.Pauses(t.Context(), now, limit)
	callbackstest.Must(t, err)
	return all
}

// pausesOfPeople: mailboxes that are gone hide no pause of a channel, and are forgotten.
func pausesOfPeople(t *testing.T, s Stores) {
	muted := notice.Pause{Channel: notice.Slack, At: t0, Until: t0.Add(time.Hour), Words: "moves", By: callbackstest.Person("ops")}
	team := switchedOff("team@example.com", "", t0.Add(-time.Hour))
	pause(t, s, muted)
	pause(t, s, team)
	var last notice.Pause
	for i := range 5 {
		last = switchedOff(fmt.Sprintf("p%d@example.com", i), "ada", t0.Add(time.Duration(i)*time.Minute))
		pause(t, s, last)
	}
	callbackstest.Same(t, "pauses", readPauses(t, s, t0, 3), []notice.Pause{team, muted, last})
	callbackstest.Must(t, s.Notices.Forget(t.Context(), last.At, 10))
	callbackstest.Same(t, "pauses that are kept", readPauses(t, s, t0, 10), []notice.Pause{team, muted, last})
}

// outlasts: a pause does not shorten an earlier one, unless a person replaces what a person chose.
func outlasts(t *testing.T, s Stores) {
	ops := callbackstest.Person("ops")
	erp := notice.Pause{Channel: notice.Webhooks, Place: "erp", At: t0, Until: t0.Add(4 * time.Hour), Words: "moves", By: ops}
	pause(t, s, erp)
	fault := erp
	fault.Until, fault.Code, fault.By = t0.Add(5*time.Minute), notice.Denied, callbacks.System("notices")
	pause(t, s, fault)
	callbackstest.Same(t, "a mute after a fault", readPauses(t, s, t0, 10), []notice.Pause{erp})
	shorter := erp
	shorter.Until = t0.Add(time.Hour)
	pause(t, s, shorter)
	callbackstest.Same(t, "a shorter mute", readPauses(t, s, t0, 10), []notice.Pause{shorter})
	off := fault
	off.Until, off.Code = notice.ForGood, notice.NoPlace
	pause(t, s, off)
	pause(t, s, erp)
	callbackstest.Same(t, "a mute of what is switched off", readPauses(t, s, t0, 10), []notice.Pause{off})
	end := erp
	end.Until = t0
	pause(t, s, end)
	callbackstest.Same(t, "pauses after an end", len(readPauses(t, s, t0, 10)), 0)
	callbackstest.Same(t, "entries of pauses", len(audit(t, s, notice.ActionMuted)), 3)
}

// releases: the end of a pause makes due what it put off, and nothing else.
func releases(t *testing.T, s Stores) {
	_, of := arrive(t, s)
	later := t0.Add(2 * time.Hour)
	plan(t, s, of, t0, webhook("erp", t0), webhook("lake", t0), webhook("mart", later))
	until := t0.Add(8 * time.Hour)
	for _, w := range claimMessages(t, s, t0) {
		finish(t, s, w, notice.Result{DueAt: until}, t0)
	}
	erp := notice.Pause{Channel: notice.Webhooks, Place: "erp", At: t0, Until: until, By: callbackstest.Person("ops")}
	pause(t, s, erp)
	none(t, s, t0.Add(time.Minute))
	erp.At = t0.Add(time.Minute)
	erp.Until = erp.At
	pause(t, s, erp)
	w := claimMessage(t, s, erp.At)
	callbackstest.Same(t, "released", w.Place, "erp")

	finish(t, s, w, notice.Result{}, erp.At) // it is switched off now
	off := erp
	off.Until, off.Code = notice.ForGood, notice.NoPlace
	pause(t, s, off)
	none(t, s, erp.At)
	pause(t, s, erp)
	w = claimMessage(t, s, erp.At)
	callbackstest.Same(t, "released after it was switched off", w.Place, "erp")
	finish(t, s, w, notice.Result{Told: "x"}, erp.At)
	callbackstest.Same(t, "due at its time", claimMessage(t, s, later).Place, "mart")
}
