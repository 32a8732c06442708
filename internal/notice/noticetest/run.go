// Package noticetest is the contract of the stores of package notice, as tests that every database
// passes.
package noticetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/notice"
)

// Stores are the parts of one database.
type Stores struct {
	Desk        storetest.Store
	Read        notice.Desk
	Tell        func(on bool) // whether changes of callbacks are noted
	Notices     notice.Store
	Preferences notice.Preferences
	Reports     notice.Reports
}

// Run runs the contract. open returns an empty database for one test and closes it when the test
// ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"Off": off, "Changes": changes, "ChangedSince": changedSince, "Settling": settling,
		"Reached": reached, "ReachedMeanwhile": reachedMeanwhile,
		"Claim": claim, "Joins": joins, "Redraw": redraw, "Sight": sight, "RedrawWhileSent": redrawWhileSent,
		"LeaseLost": leaseLost, "Again": again, "Drop": drop, "Story": story, "StoryOfFailures": storyOfFailures, "Openers": openers, "Delegations": delegations,
		"Pauses": pauses, "PausesOfPeople": pausesOfPeople, "Outlasts": outlasts, "Releases": releases,
		"Backlogs": backlogs, "Forget": forget,
		"Health": health, "GivenUp": givenUp, "Retry": retry,
		"Settings": settings, "SettingsAtOnce": settingsAtOnce, "Subscriptions": subscriptions, "Accounts": accounts, "Seen": seen, "ForgetPeople": forgetPeople,
	} {
		t.Run("Notices/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var t0 = callbackstest.T0

// arrive records a callback and claims it for planning.
func arrive(t testing.TB, s Stores) (callbacks.Callback, notice.Change) {
	t.Helper()
	s.Tell(true)
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	return c, claimChange(t, s, t0.Add(notice.Settling))
}

func claimChange(t testing.TB, s Stores, now time.Time) notice.Change {
	t.Helper()
	all := claimChanges(t, s, now)
	if len(all) != 1 {
		t.Fatalf("%d changes are due at %v, want one", len(all), now)
	}
	return all[0]
}

func claimChanges(t testing.TB, s Stores, now time.Time) []notice.Change {
	t.Helper()
	all, err := s.Notices.ClaimChanges(t.Context(), now, now.Add(time.Minute), 10)
	callbackstest.Must(t, err)
	return all
}

// change records what matters for messages.
func change(t testing.TB, s Stores, id callbacks.ID, at time.Time) {
	t.Helper()
	storetest.Change(t, s.Desk, id, func(c *callbacks.Case) error {
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionSigned, at), nil)
	})
}

// planned is a notice to the mailbox of a person.
func planned(person string, due time.Time) notice.Planned {
	return notice.Planned{
		Target: notice.Target{Channel: notice.Email, Place: person + "@example.com", Person: person},
		Topic:  notice.Topic{Kind: notice.MaySign}, Due: due, Latest: due, Gathering: notice.Batch,
	}
}

func plan(t testing.TB, s Stores, of notice.Change, now time.Time, notices ...notice.Planned) {
	t.Helper()
	callbackstest.Must(t, s.Notices.Plan(t.Context(), of, notice.Plan{Notices: notices}, now))
}

func claimMessages(t testing.TB, s Stores, now time.Time, skip ...string) []notice.Work {
	t.Helper()
	lease := callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}
	all, err := s.Notices.ClaimMessages(t.Context(), now, lease, 10, skip)
	callbackstest.Must(t, err)
	return all
}

func claimMessage(t testing.TB, s Stores, now time.Time) notice.Work {
	t.Helper()
	all := claimMessages(t, s, now)
	if len(all) != 1 {
		t.Fatalf("%d messages are due at %v, want one", len(all), now)
	}
	return all[0]
}

// none fails if a message is due.
func none(t testing.TB, s Stores, now time.Time) {
	t.Helper()
	if all := claimMessages(t, s, now); len(all) > 0 {
		t.Fatalf("messages are due at %v: %+v", now, all)
	}
}

func finish(t testing.TB, s Stores, w notice.Work, r notice.Result, now time.Time) {
	t.Helper()
	callbackstest.Must(t, s.Notices.Finish(t.Context(), w, r, now))
}

// audit returns what the audit has of an action, the latest first.
func audit(t testing.TB, s Stores, a callbacks.Action) []string {
	t.Helper()
	entries := storetest.Audit(t, s.Desk, desk.AuditQuery{Action: a})
	details := make([]string, len(entries))
	for i, e := range entries {
		if e.At.IsZero() || e.Actor.ID == "" {
			t.Errorf("an entry without time or actor: %+v", e)
		}
		details[i] = e.Detail
	}
	return details
}

// audited fails unless the audit has just these details of an action, the latest first.
func audited(t testing.TB, s Stores, a callbacks.Action, want ...string) {
	t.Helper()
	callbackstest.Same(t, "audit of "+string(a), audit(t, s, a), want)
}
