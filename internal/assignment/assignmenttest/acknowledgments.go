package assignmenttest

import (
	"errors"
	"testing"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

// attention are the callbacks that need attention, or those of them that somebody acknowledged, with
// the name that the row has.
func attention(t testing.TB, s Stores, known bool) map[callbacks.ID]string {
	t.Helper()
	q := storetest.EveryRow(desk.Filter{Scope: desk.ScopeAttention, Acknowledged: known})
	q.Operator = true
	names := map[callbacks.ID]string{}
	for _, r := range storetest.List(t, s.Desk, q).Rows {
		names[r.ID] = r.Acknowledged.Name
	}
	callbackstest.Same(t, "count", storetest.Count(t, s.Desk, q, 100), len(names))
	return names
}

// troubled are one callback of each state that needs attention.
func troubled(t testing.TB, s Stores) []callbacks.Callback {
	t.Helper()
	var all []callbacks.Callback
	for _, of := range [][]callbackstest.Option{
		{callbackstest.Problem(replies.Denied)},
		{callbackstest.DecidedBy("ada", t0), callbackstest.Problem(replies.Denied)},
		{callbackstest.Ended(callbacks.Lost, t0)}, {callbackstest.Ended(callbacks.Undeliverable, t0)}, {callbackstest.Ended(callbacks.Unconfirmed, t0)},
	} {
		all = append(all, storetest.Put(t, s.Desk, callbackstest.NewCallback(of...)))
	}
	return all
}

func acknowledge(t testing.TB, s Stores, c callbacks.Callback) assignment.Acknowledgment {
	t.Helper()
	a := assignment.Acknowledgment{By: callbackstest.Person("ops"), At: t0, Revision: c.Revision}
	callbackstest.Must(t, s.Assignments.Acknowledge(t.Context(), c.ID, a, entry(c, assignment.ActionAcknowledged)))
	got, err := s.Assignments.Acknowledgment(t.Context(), c.ID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "acknowledged", got, a)
	return a
}

// acknowledged: what somebody acknowledged leaves the list for everybody, in every state, and is in
// the list of what is acknowledged, with the name; it can be taken back.
func acknowledged(t *testing.T, s Stores) {
	all := troubled(t, s)
	callbackstest.Same(t, "how many need attention", len(attention(t, s, false)), len(all))
	want := map[callbacks.ID]string{}
	for _, c := range all {
		acknowledge(t, s, c)
		acknowledge(t, s, c) // again: one row, and both on record
		want[c.ID] = callbackstest.Person("ops").Name
	}
	callbackstest.Same(t, "attention", attention(t, s, false), map[callbacks.ID]string{})
	callbackstest.Same(t, "acknowledged", attention(t, s, true), want)
	if n := len(storetest.Audit(t, s.Desk, desk.AuditQuery{Action: assignment.ActionAcknowledged})); n != 2*len(all) {
		t.Errorf("%d audit entries, want %d", n, 2*len(all))
	}
	c := all[0]
	callbackstest.Must(t, s.Assignments.Acknowledge(t.Context(), c.ID, assignment.Acknowledgment{Revision: c.Revision}, entry(c, assignment.ActionReopened)))
	callbackstest.Same(t, "taken back", attention(t, s, false), map[callbacks.ID]string{c.ID: ""})
	callbackstest.Same(t, "its revision", storetest.Get(t, s.Desk, c.ID).Revision, c.Revision)
}

// void: an acknowledgment counts for one revision. What changes needs attention again, and what
// changed before is not acknowledged.
func void(t *testing.T, s Stores) {
	c := troubled(t, s)[1]
	acknowledge(t, s, c)
	storetest.Change(t, s.Desk, c.ID, func(*callbacks.Case) error { return nil })
	if name, ok := attention(t, s, false)[c.ID]; !ok || name != "" {
		t.Errorf("in the list %t, acknowledged by %q", ok, name)
	}
	if got, err := s.Assignments.Acknowledgment(t.Context(), c.ID); err != nil || !got.Nobody() {
		t.Errorf("acknowledged by %q, %v", got.By.Name, err)
	}
	for id, want := range map[callbacks.ID]error{c.ID: callbacks.ErrConflict, "unknown": callbacks.ErrNotFound} {
		err := s.Assignments.Acknowledge(t.Context(), id, assignment.Acknowledgment{By: callbackstest.Person("ops"), Revision: c.Revision}, entry(c, assignment.ActionAcknowledged))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
	if n := len(storetest.Audit(t, s.Desk, desk.AuditQuery{Action: assignment.ActionAcknowledged})); n != 1 {
		t.Errorf("%d audit entries, want 1", n)
	}
	acknowledge(t, s, storetest.Get(t, s.Desk, c.ID))
}
