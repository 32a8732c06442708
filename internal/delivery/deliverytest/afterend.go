package deliverytest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

func testAfterEnd(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"InExecution":       completedIn,
		"Changes":           followUpChanges,
		"LeavesALeaseAlone": followUpDuringReading,
		"WritesNothing":     followUpUnchanged,
	})
}

func completedIn(t *testing.T, s storetest.Store) {
	find := func(arn string, after callbacks.ID, limit int) []callbacks.ID {
		t.Helper()
		ids, err := s.InExecution(t.Context(), arn, callbacks.Completed, after, limit)
		if err != nil {
			t.Fatalf("completed in %q: %v", arn, err)
		}
		return ids
	}
	callbackstest.Same(t, "in an empty store", find(storetest.ThisExecution, "", 10), nil)
	var want []callbacks.ID
	for range 3 {
		want = append(want, storetest.Put(t, s, callbackstest.NewCallback(storetest.Execution(storetest.ThisExecution), FailedAfterwards("ada", callbackstest.T0))).ID)
		storetest.Put(t, s, callbackstest.NewCallback(storetest.Execution(storetest.ThisExecution+"2"), FailedAfterwards("ada", callbackstest.T0)))
	}
	for _, state := range callbacks.States {
		if state != callbacks.Completed && !state.Open() {
			storetest.Put(t, s, callbackstest.NewCallback(storetest.Execution(storetest.ThisExecution), callbackstest.Ended(state, callbackstest.T0)))
		}
	}
	storetest.Put(t, s, callbackstest.NewCallback(storetest.Execution(storetest.ThisExecution)))
	storetest.Put(t, s, callbackstest.NewCallback(storetest.Execution(""), FailedAfterwards("ada", callbackstest.T0)))
	callbackstest.Same(t, "in the execution", find(storetest.ThisExecution, "", 10), want)
	callbackstest.Same(t, "the first two", find(storetest.ThisExecution, "", 2), want[:2])
	callbackstest.Same(t, "behind the second", find(storetest.ThisExecution, want[1], 2), want[2:])
	callbackstest.Same(t, "in no execution", find("", "", 10), nil)
}

// completed stores a callback whose decision was accepted, with a delivery due at a given time.
func completed(t *testing.T, s storetest.Store, due time.Time) callbacks.ID {
	t.Helper()
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	_, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.Accepted), c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Completed, callbackstest.T0)(&c.Callback)
		c.Delivery.DueAt = due
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// failedAt notes that the execution failed, and makes the delivery due again.
func failedAt(now time.Time) func(*callbacks.Case) error {
	return func(c *callbacks.Case) error {
		c.ExecutionFailed = true
		c.Delivery.FollowUp, c.Delivery.DueAt = NewFollowUp(), now
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionExecutionFailed, now), nil)
	}
}

func followUpChanges(t *testing.T, s storetest.Store) {
	id, now := completed(t, s, time.Time{}), callbackstest.T0.Add(time.Hour)
	revision := storetest.Get(t, s, id).Revision
	got, err := change(t, s, id, failedAt(now))
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "stored and returned callback", storetest.Get(t, s, id), got)
	if !got.ExecutionFailed || got.Revision != revision+1 || storetest.AuditOf(t, s, id)[0] != callbacks.ActionExecutionFailed {
		t.Errorf("got %+v after %v", got, storetest.AuditOf(t, s, id))
	}
	d := deliveryOf(t, s, id)
	callbackstest.Same(t, "follow-up", d.FollowUp, NewFollowUp())
	callbackstest.Same(t, "next look", nextDelivery(t, s), now)
}

func followUpDuringReading(t *testing.T, s storetest.Store) {
	id := completed(t, s, callbackstest.T0)
	w := claimOne(t, s, "reader", callbackstest.T0)
	if _, err := change(t, s, id, failedAt(callbackstest.T0)); err != nil {
		t.Fatal(err)
	}
	if work := claim(t, s, "another", callbackstest.T0); len(work) != 0 {
		t.Error("a second reading was begun while the first is under way")
	}
	_, err := finish(t, s, "reader", callbacks.Attempt{Number: w.Delivery.Tries}, id, func(c *callbacks.Case) error {
		callbackstest.Same(t, "follow-up at the end of the reading", c.Delivery.FollowUp, NewFollowUp())
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func followUpUnchanged(t *testing.T, s storetest.Store) {
	refuse := func(c *callbacks.Case) error {
		c.ExecutionFailed, c.Delivery.FollowUp = true, NewFollowUp()
		return callbacks.ErrConflict
	}
	id := completed(t, s, callbackstest.T0)
	before := storetest.Get(t, s, id)
	if _, err := change(t, s, id, refuse); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("got %v, want what was refused", err)
	}
	callbackstest.Same(t, "callback", storetest.Get(t, s, id), before)
	callbackstest.Same(t, "follow-up", deliveryOf(t, s, id).FollowUp, nil)
	pending := storetest.Put(t, s, callbackstest.NewCallback())
	if _, err := change(t, s, pending.ID, func(c *callbacks.Case) error {
		if c.Delivery != nil {
			t.Errorf("without a delivery there is %+v", c.Delivery)
		}
		return callbacks.ErrNotFound
	}); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("without a delivery: %v, want what was refused", err)
	}
	if _, err := change(t, s, "nobody", refuse); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("without a callback: %v, want ErrNotFound", err)
	}
}
