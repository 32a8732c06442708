package callbackstest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testAfterEnd(t *testing.T, open func(*testing.T) Store) {
	cases(t, open, map[string]func(*testing.T, Store){
		"CompletedIn":       completedIn,
		"Changes":           aftermathChanges,
		"LeavesALeaseAlone": aftermathDuringReading,
		"WritesNothing":     aftermathUnchanged,
	})
}

func completedIn(t *testing.T, s Store) {
	find := func(arn string, after callbacks.ID, limit int) []callbacks.ID {
		t.Helper()
		ids, err := s.CompletedIn(t.Context(), arn, after, limit)
		if err != nil {
			t.Fatalf("completed in %q: %v", arn, err)
		}
		return ids
	}
	same(t, "in an empty store", find(thisExecution, "", 10), nil)
	var want []callbacks.ID
	for range 3 {
		want = append(want, put(t, s, NewCallback(execution(thisExecution), FailedAfterwards("ada", T0))).ID)
		put(t, s, NewCallback(execution(thisExecution+"2"), FailedAfterwards("ada", T0)))
	}
	for _, state := range callbacks.States {
		if state != callbacks.Completed && !state.Open() {
			put(t, s, NewCallback(execution(thisExecution), Ended(state, T0)))
		}
	}
	put(t, s, NewCallback(execution(thisExecution)))
	put(t, s, NewCallback(execution(""), FailedAfterwards("ada", T0)))
	same(t, "in the execution", find(thisExecution, "", 10), want)
	same(t, "the first two", find(thisExecution, "", 2), want[:2])
	same(t, "behind the second", find(thisExecution, want[1], 2), want[2:])
	same(t, "in no execution", find("", "", 10), nil)
}

// completed is a callback whose decision was accepted, with a delivery that is due at a time.
func completed(t *testing.T, s Store, due time.Time) callbacks.ID {
	t.Helper()
	c := put(t, s, NewCallback())
	decide(t, s, c.ID, T0)
	w := claimOne(t, s, "worker", T0)
	_, err := s.FinishDelivery(t.Context(), "worker", answered(w, T0, callbacks.AnswerAccepted), c.ID, func(c *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		Ended(callbacks.Completed, T0)(c)
		d.DueAt = due
		return Entry(*c, callbacks.ActionDelivered, T0), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// failedAt notes a failure, and wants another look.
func failedAt(now time.Time) func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error) {
	return func(c *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		c.ExecutionFailed = true
		d.Aftermath, d.DueAt = NewAftermath(), now
		return Entry(*c, callbacks.ActionExecutionFailed, now), nil
	}
}

func aftermathChanges(t *testing.T, s Store) {
	id, now := completed(t, s, time.Time{}), T0.Add(time.Hour)
	revision := get(t, s, id).Revision
	got, err := s.ChangeAftermath(t.Context(), id, failedAt(now))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "stored and returned callback", get(t, s, id), got)
	if !got.ExecutionFailed || got.Revision != revision+1 || auditOf(t, s, id)[0] != callbacks.ActionExecutionFailed {
		t.Errorf("got %+v after %v", got, auditOf(t, s, id))
	}
	d := deliveryOf(t, s, id)
	same(t, "aftermath", d.Aftermath, NewAftermath())
	same(t, "next look", nextDelivery(t, s), now)
}

func aftermathDuringReading(t *testing.T, s Store) {
	id := completed(t, s, T0)
	w := claimOne(t, s, "reader", T0)
	if _, err := s.ChangeAftermath(t.Context(), id, failedAt(T0)); err != nil {
		t.Fatal(err)
	}
	if work := claim(t, s, "another", T0); len(work) != 0 {
		t.Error("a second reading was begun while the first is under way")
	}
	_, err := s.FinishDelivery(t.Context(), "reader", callbacks.Attempt{Number: w.Delivery.Tries}, id, func(_ *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		same(t, "aftermath at the end of the reading", d.Aftermath, NewAftermath())
		return callbacks.AuditEntry{}, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func aftermathUnchanged(t *testing.T, s Store) {
	refuse := func(c *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		c.ExecutionFailed, d.Aftermath = true, NewAftermath()
		return callbacks.AuditEntry{}, callbacks.ErrConflict
	}
	id := completed(t, s, T0)
	before := get(t, s, id)
	if _, err := s.ChangeAftermath(t.Context(), id, refuse); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("got %v, want what was refused", err)
	}
	same(t, "callback", get(t, s, id), before)
	same(t, "aftermath", deliveryOf(t, s, id).Aftermath, nil)
	pending := put(t, s, NewCallback())
	for _, none := range []callbacks.ID{pending.ID, "nobody"} {
		if _, err := s.ChangeAftermath(t.Context(), none, refuse); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("without a delivery: %v, want ErrNotFound", err)
		}
	}
}
