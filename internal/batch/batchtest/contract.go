package batchtest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
)

// Run runs the contract of the store of batches. open returns an empty store for one test and
// closes it when the test ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) storetest.Store){
		"Batches": func(t *testing.T, open func(*testing.T) storetest.Store) {
			storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
				"Selected":  selected,
				"Begun":     begun,
				"Claimed":   claimed,
				"Stopped":   stopped,
				"Ended":     ended,
				"Forgotten": forgotten,
			})
		},
	})
}

var t0 = callbackstest.T0

func mara() callbacks.Person {
	return callbacks.Person{
		ID: "u-mara", Issuer: "https://login.example.com", Subject: "mara", Name: "Mara Okafor", Email: "mara@example.com",
		EmailVerified: true, GivenName: "Mara", FamilyName: "Okafor", UserNames: []string{"mokafor"}, Groups: []string{"finance"},
		GroupsReadAt: t0, Roles: callbacks.Roles{Reviewer: true, Admin: true},
	}
}

// selection is a batch of three that is not confirmed.
func selection(at time.Time) batch.Batch {
	b := batch.Batch{ID: callbacks.NewID(), By: mara(), Stance: callbacks.For, List: "queue=finance", MadeAt: at}
	for _, outcome := range []string{"approve", "release", ""} {
		b.Items = append(b.Items, batch.Item{Callback: callbacks.NewID(), Outcome: outcome, Revision: "r-" + outcome})
	}
	return b
}

// begin confirms a selection for its first two items.
func begin(t *testing.T, s storetest.Store, at time.Time) batch.Batch {
	t.Helper()
	b := selection(at)
	callbackstest.Must(t, s.AddBatch(t.Context(), b))
	b.Items = b.Items[:2]
	b.Items[0].Seen, b.Items[0].PreparedAt = "seen", at
	b.Items[1].Result, b.Items[1].Code, b.Items[1].Why, b.Items[1].At = batch.Refused, callbacks.CodeRequester, "You asked for it.", at
	b.Comment = "As agreed"
	callbackstest.Must(t, s.ArmBatch(t.Context(), b))
	is(t, s, b)
	b.BegunAt = at
	callbackstest.Must(t, s.BeginBatch(t.Context(), b, entry(callbacks.ActionBatchBegun)))
	return b
}

func entry(a callbacks.Action) callbacks.AuditEntry {
	return callbacks.AuditEntry{At: t0, Actor: callbackstest.Person("mara"), Action: a, Detail: "Batch."}
}

// is fails unless the store has the batch as it is given.
func is(t *testing.T, s storetest.Store, want batch.Batch) {
	t.Helper()
	got, err := s.Batch(t.Context(), want.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, want to got:\n%s", err, diff)
	}
}

func fails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func lease(owner string, until time.Time) callbacks.Lease {
	return callbacks.Lease{Owner: owner, Until: until}
}

func selected(t *testing.T, s storetest.Store) {
	var all []batch.Batch
	for i := range batch.MaxSelections + 1 {
		b := selection(t0.Add(time.Duration(i) * time.Second))
		callbackstest.Must(t, s.AddBatch(t.Context(), b))
		all = append(all, b)
	}
	_, err := s.Batch(t.Context(), all[0].ID)
	fails(t, err, callbacks.ErrNotFound) // more than anybody goes back to
	is(t, s, all[1])
	is(t, s, all[batch.MaxSelections])
	if next, err := s.NextBatch(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("a selection is due at %v, %v", next, err)
	}
}

func begun(t *testing.T, s storetest.Store) {
	b := begin(t, s, t0)
	is(t, s, b)
	fails(t, s.BeginBatch(t.Context(), b, entry(callbacks.ActionBatchBegun)), batch.ErrBegun)
	fails(t, s.ArmBatch(t.Context(), b), batch.ErrBegun)
	fails(t, s.BeginBatch(t.Context(), selection(t0), callbacks.AuditEntry{}), callbacks.ErrNotFound)
	for range batch.MaxSelections + 1 {
		callbackstest.Must(t, s.AddBatch(t.Context(), selection(t0.Add(time.Minute))))
	}
	is(t, s, b) // it is no selection any more
}

func claimed(t *testing.T, s storetest.Store) {
	first, second := begin(t, s, t0), begin(t, s, t0.Add(time.Second))
	now := t0.Add(2 * time.Second)
	held, err := s.ClaimBatches(t.Context(), now, lease("a", now.Add(time.Minute)), 1)
	if diff := cmp.Diff([]batch.Batch{first}, held); err != nil || diff != "" {
		t.Fatalf("%v, want to got:\n%s", err, diff)
	}
	if next, err := s.NextBatch(t.Context()); err != nil || !next.Equal(second.BegunAt) {
		t.Errorf("the next is due at %v, %v", next, err)
	}
	others, err := s.ClaimBatches(t.Context(), now, lease("b", now.Add(time.Minute)), 9)
	if err != nil || len(others) != 1 || others[0].ID != second.ID {
		t.Fatalf("another worker got %v, %v", others, err)
	}
	later := now.Add(2 * time.Minute)
	if again, err := s.ClaimBatches(t.Context(), later, lease("c", later.Add(time.Minute)), 9); err != nil || len(again) != 2 {
		t.Fatalf("after the leases: %v, %v", again, err)
	}
	_, err = s.FinishItem(t.Context(), first.ID, 0, batch.Item{Result: batch.Signed, At: later}, lease("a", later))
	fails(t, err, callbacks.ErrLeaseLost)
	fails(t, s.EndBatch(t.Context(), first.ID, batch.Late, later, lease("a", later)), callbacks.ErrLeaseLost)
	is(t, s, first)
	until := later.Add(3 * time.Minute)
	_, err = s.FinishItem(t.Context(), first.ID, 0, batch.Item{Result: batch.Signed, At: later}, lease("c", until))
	callbackstest.Must(t, err)
	first.Items[0].Result, first.Items[0].At = batch.Signed, later
	is(t, s, first)
	if held, err := s.ClaimBatches(t.Context(), later.Add(2*time.Minute), lease("d", until), 9); err != nil || len(held) != 1 {
		t.Errorf("a renewed lease holds: %v, %v", held, err)
	}
}

func stopped(t *testing.T, s storetest.Store) {
	b := begin(t, s, t0)
	now := t0.Add(time.Second)
	_, err := s.ClaimBatches(t.Context(), now, lease("a", now.Add(time.Minute)), 1)
	callbackstest.Must(t, err)
	callbackstest.Must(t, s.StopBatch(t.Context(), b.ID, now, entry(callbacks.ActionBatchStopped)))
	callbackstest.Must(t, s.StopBatch(t.Context(), b.ID, now.Add(time.Second), entry(callbacks.ActionBatchStopped))) // the first press counts
	stop, err := s.FinishItem(t.Context(), b.ID, 0, batch.Item{Result: batch.Overtaken, At: now}, lease("a", now.Add(time.Minute)))
	if err != nil || !stop.Equal(now) {
		t.Errorf("stopped at %v, %v", stop, err)
	}
	for action, want := range map[callbacks.Action]int{callbacks.ActionBatchBegun: 1, callbacks.ActionBatchStopped: 1} {
		if entries, err := s.Audit(t.Context(), desk.AuditQuery{Action: action, Limit: 9}); err != nil || len(entries) != want {
			t.Errorf("%d entries of %s, %v", len(entries), action, err)
		}
	}
}

func ended(t *testing.T, s storetest.Store) {
	b := begin(t, s, t0)
	now := t0.Add(time.Second)
	_, err := s.ClaimBatches(t.Context(), now, lease("a", now.Add(time.Minute)), 1)
	callbackstest.Must(t, err)
	callbackstest.Must(t, s.EndBatch(t.Context(), b.ID, batch.Late, now, lease("a", now.Add(time.Minute))))
	b.EndedAt = now
	b.Items[0].Result, b.Items[0].At = batch.Late, now // the other one has its result
	is(t, s, b)
	callbackstest.Must(t, s.StopBatch(t.Context(), b.ID, now, entry(callbacks.ActionBatchStopped)))
	is(t, s, b)
	if next, err := s.NextBatch(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("it is due again at %v, %v", next, err)
	}
}

func forgotten(t *testing.T, s storetest.Store) {
	running, old := begin(t, s, t0), selection(t0)
	callbackstest.Must(t, s.AddBatch(t.Context(), old))
	recent := selection(t0.Add(time.Hour))
	callbackstest.Must(t, s.AddBatch(t.Context(), recent))
	callbackstest.Must(t, s.ForgetBatches(t.Context(), t0.Add(time.Minute), 10))
	is(t, s, running)
	is(t, s, recent)
	_, err := s.Batch(t.Context(), old.ID)
	fails(t, err, callbacks.ErrNotFound)
}
