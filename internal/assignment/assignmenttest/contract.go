package assignmenttest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
)

// Stores are the parts of one database that the contract needs.
type Stores struct {
	Desk        storetest.Store
	Assignments assignment.Store
}

// Run runs the contract. open returns an empty database for one test and closes it when the test
// ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"Assigned": assigned, "Refused": refused, "Settled": settled, "Listed": listed, "OfAPerson": ofAPerson,
		"Snoozed": snoozed, "AtRisk": atRisk, "Acknowledged": acknowledged, "Void": void,
	} {
		t.Run("Assignments/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var t0 = callbackstest.T0

func entry(c callbacks.Callback, action callbacks.Action) callbacks.AuditEntry {
	return callbackstest.Entry(c, action, t0)
}

// give assigns a callback to somebody.
func give(t testing.TB, s Stores, c callbacks.Callback, to string) {
	t.Helper()
	callbackstest.Must(t, s.Assignments.Assign(t.Context(), c.ID, func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) {
		return assignment.Assignment{To: callbackstest.Person(to), By: callbackstest.Person("ops"), At: t0}, entry(c, assignment.ActionAssigned), nil
	}))
}

func holder(t testing.TB, s Stores, id callbacks.ID) assignment.Assignment {
	t.Helper()
	a, err := s.Assignments.Assignment(t.Context(), id)
	callbackstest.Must(t, err)
	return a
}

// mine are the callbacks in a person's own list, or those that they hide there.
func mine(t testing.TB, s Stores, person string, now time.Time, hidden bool) []callbacks.ID {
	t.Helper()
	return mineWhere(t, s, nil, person, now, hidden)
}

// mineWhere is mine where decisions usually take some time.
func mineWhere(t testing.TB, s Stores, usual desk.Usual, person string, now time.Time, hidden bool) []callbacks.ID {
	t.Helper()
	q := storetest.EveryRow(desk.Filter{Scope: desk.ScopeMine, Snoozed: hidden})
	q.Person, q.Now, q.Usual = person, now, usual
	ids := storetest.IDsOf(storetest.List(t, s.Desk, q).Rows)
	callbackstest.Same(t, "count", storetest.Count(t, s.Desk, q, 100), len(ids))
	return ids
}

// assigned: an assignment is read back as it was written, the next change sees it, and each change has
// its audit entry and raises the revision.
func assigned(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	callbackstest.Same(t, "before", holder(t, s, c.ID), assignment.Assignment{})
	want := assignment.Assignment{
		To: callbackstest.Person("ada"), Before: callbackstest.Person("bob"), By: callbackstest.Person("ops"), Reason: "Bob left.", At: t0.Add(time.Second),
	}
	var seen []assignment.Assignment
	released := assignment.Assignment{Before: want.To, By: want.By, Reason: "Ada left.", At: t0}
	for _, next := range []assignment.Assignment{want, released, {By: want.By, At: t0}} {
		callbackstest.Must(t, s.Assignments.Assign(t.Context(), c.ID, func(before assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) {
			seen = append(seen, before)
			return next, entry(c, assignment.ActionAssigned), nil
		}))
		if next.Before.ID != "" {
			callbackstest.Same(t, "assigned", holder(t, s, c.ID), next)
		}
	}
	callbackstest.Same(t, "what the changes saw", seen, []assignment.Assignment{{}, want, released})
	callbackstest.Same(t, "after the release", holder(t, s, c.ID), assignment.Assignment{})
	if n := len(storetest.Audit(t, s.Desk, desk.AuditQuery{Callback: c.ID, Action: assignment.ActionAssigned})); n != 3 {
		t.Errorf("%d audit entries, want 3", n)
	}
	if now := storetest.Get(t, s.Desk, c.ID); now.Revision != c.Revision+3 {
		t.Errorf("the revision went from %d to %d, want three more", c.Revision, now.Revision)
	}
}

// refused: nothing is written if the change fails, the callback is not known, or does not wait.
func refused(t *testing.T, s Stores) {
	no := errors.New("no")
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	decided := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.DecidedBy("ada", t0)))
	for id, want := range map[callbacks.ID]error{c.ID: no, decided.ID: callbacks.ErrConflict, "unknown": callbacks.ErrNotFound} {
		err := s.Assignments.Assign(t.Context(), id, func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) {
			return assignment.Assignment{To: callbackstest.Person("ada")}, entry(c, assignment.ActionAssigned), no
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", id, err, want)
		}
		callbackstest.Same(t, "whose it is", holder(t, s, id), assignment.Assignment{})
	}
	if n := len(storetest.Audit(t, s.Desk, desk.AuditQuery{Action: assignment.ActionAssigned})); n != 0 {
		t.Errorf("%d audit entries", n)
	}
}

// settled: whose a callback was is forgotten once it has ended, and not while its decision is sent.
func settled(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	give(t, s, c, "bob")
	storetest.Decide(t, s.Desk, c.ID, t0)
	callbackstest.Same(t, "while it is sent", mine(t, s, "bob", t0, false), []callbacks.ID{c.ID})
	storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Completed, t0)(&c.Callback)
		return nil
	})
	callbackstest.Same(t, "once it has ended", mine(t, s, "bob", t0, false), []callbacks.ID{})
	callbackstest.Same(t, "whose it is", holder(t, s, c.ID), assignment.Assignment{})
}

// listed: lists name the holder of each row, and show what is assigned to one person.
func listed(t *testing.T, s Stores) {
	adas, bobs, nobodys := storetest.Put(t, s.Desk, callbackstest.NewCallback()), storetest.Put(t, s.Desk, callbackstest.NewCallback()), storetest.Put(t, s.Desk, callbackstest.NewCallback())
	give(t, s, adas, "ada")
	give(t, s, bobs, "bob")
	callbackstest.Must(t, s.Assignments.Assign(t.Context(), nobodys.ID, func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) {
		return assignment.Assignment{Before: callbackstest.Person("ada"), By: callbackstest.Person("ops"), At: t0}, entry(nobodys, assignment.ActionReleased), nil
	}))
	holders := map[callbacks.ID]string{}
	for _, r := range storetest.List(t, s.Desk, storetest.EveryRow(desk.Filter{Scope: desk.ScopeAvailable})).Rows {
		holders[r.ID] = r.Holder.Name
	}
	callbackstest.Same(t, "holders", holders, map[callbacks.ID]string{
		adas.ID: callbackstest.Person("ada").Name, bobs.ID: callbackstest.Person("bob").Name, nobodys.ID: "",
	})
	callbackstest.Same(t, "ada's own list", mine(t, s, "ada", t0, false), []callbacks.ID{adas.ID})
	q := storetest.EveryRow(desk.Filter{Scope: desk.ScopeAvailable, Assigned: "bob"})
	callbackstest.Same(t, "of bob", storetest.IDsOf(storetest.List(t, s.Desk, q).Rows), []callbacks.ID{bobs.ID})
	q.AllQueues, q.Queues = false, []string{"another"}
	callbackstest.Same(t, "of bob, where the reader sees nothing", storetest.IDsOf(storetest.List(t, s.Desk, q).Rows), []callbacks.ID{})
}

// ofAPerson: what a person has is found by queue, in order of arrival, up to a limit.
func ofAPerson(t *testing.T, s Stores) {
	var all []callbacks.ID
	for _, queue := range []string{"a", "b", "a"} {
		c := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Queue(queue)))
		give(t, s, c, "bob")
		all = append(all, c.ID)
	}
	give(t, s, storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Queue("a"))), "ada")
	for queue, want := range map[string][]callbacks.ID{"": all, "a": {all[0], all[2]}, "c": nil} {
		got, err := s.Assignments.AssignedTo(t.Context(), "bob", queue, 10)
		callbackstest.Must(t, err)
		callbackstest.Same(t, "in queue "+queue, got, want)
	}
	got, err := s.Assignments.AssignedTo(t.Context(), "bob", "", 2)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "the first two", got, all[:2])
}

// snoozed: a snooze hides a callback from one person's own list until its time, and from no other; a
// later one replaces it; it can be ended.
func snoozed(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Timeout(9*time.Hour)))
	other := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Timeout(8*time.Hour)))
	give(t, s, c, "ada")
	give(t, s, other, "ada")
	snooze := func(until time.Time) {
		t.Helper()
		callbackstest.Must(t, s.Assignments.Snooze(t.Context(), "ada", c.ID, until, entry(c, assignment.ActionSnoozed)))
		got, err := s.Assignments.Snoozed(t.Context(), "ada", c.ID)
		callbackstest.Must(t, err)
		callbackstest.Same(t, "snoozed until", got, until)
	}
	snooze(t0.Add(time.Hour))
	snooze(t0.Add(2 * time.Hour))
	both := []callbacks.ID{other.ID, c.ID}
	for after, want := range map[time.Duration][]callbacks.ID{0: both[:1], 2*time.Hour - time.Second: both[:1], 2 * time.Hour: both} {
		callbackstest.Same(t, "after "+after.String(), mine(t, s, "ada", t0.Add(after), false), want)
		callbackstest.Same(t, "hidden after "+after.String(), len(mine(t, s, "ada", t0.Add(after), true)), 2-len(want))
	}
	if got, err := s.Assignments.Snoozed(t.Context(), "bob", c.ID); err != nil || !got.IsZero() {
		t.Errorf("by bob until %v, %v", got, err)
	}
	available := storetest.IDsOf(storetest.List(t, s.Desk, storetest.EveryRow(desk.Filter{Scope: desk.ScopeAvailable})).Rows)
	callbackstest.Same(t, "available", available, both)
	snooze(time.Time{})
	callbackstest.Same(t, "once it was ended", mine(t, s, "ada", t0, false), both)
	if n := len(storetest.Audit(t, s.Desk, desk.AuditQuery{Callback: c.ID, Action: assignment.ActionSnoozed})); n != 3 {
		t.Errorf("%d audit entries, want 3", n)
	}
	err := s.Assignments.Snooze(t.Context(), "ada", "unknown", t0, entry(c, assignment.ActionSnoozed))
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("an unknown callback: %v", err)
	}
}

// atRisk: a snooze hides nothing that is at risk, although its clock was another one when it began.
func atRisk(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Timeout(9*time.Hour)))
	give(t, s, c, "ada")
	callbackstest.Must(t, s.Assignments.Snooze(t.Context(), "ada", c.ID, t0.Add(8*time.Hour), entry(c, assignment.ActionSnoozed)))
	storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
		c.Clocks.Timeout = time.Hour
		return nil
	})
	for queue, usual := range map[string]time.Duration{"elsewhere": desk.FewDecisions, c.Queue: 40 * time.Minute} {
		ends, of := t0.Add(time.Hour-usual), desk.Usual{queue: 40 * time.Minute}
		for at, want := range map[time.Time]bool{ends.Add(-time.Second): false, ends: true} {
			shown, hidden := slices.Contains(mineWhere(t, s, of, "ada", at, false), c.ID), slices.Contains(mineWhere(t, s, of, "ada", at, true), c.ID)
			if shown != want || hidden == want {
				t.Errorf("%v before its end, usual times in %s: shown %t, hidden %t", t0.Add(time.Hour).Sub(at), queue, shown, hidden)
			}
		}
	}
}
