package deliverytest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delivery"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

func finishSettles(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	decided := storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	attempt := answered(w, callbackstest.T0, replies.Accepted)
	want := w
	want.Delivery.Lease, want.Delivery.Attempts = callbacks.Lease{}, []callbacks.Attempt{attempt}
	got, err := finish(t, s, "worker", attempt, c.ID, func(c *callbacks.Case) error {
		callbackstest.Same(t, "callback and delivery that fn gets", delivery.Work{Callback: c.Callback, Delivery: *c.Delivery}, want)
		callbackstest.Ended(callbacks.Completed, callbackstest.T0)(&c.Callback)
		c.Delivery.DueAt, c.Delivery.Doubtful, c.Delivery.Closed, c.Delivery.Readings = time.Time{}, true, true, 3
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.State != callbacks.Completed || got.Revision != decided.Revision+1 {
		t.Errorf("got state %s at revision %d, want completed at %d", got.State, got.Revision, decided.Revision+1)
	}
	callbackstest.Same(t, "stored and returned callback", storetest.Get(t, s, c.ID), got)
	callbackstest.Same(t, "delivery", deliveryOf(t, s, c.ID), callbacks.Delivery{
		Callback: c.ID, Completion: callbackstest.NewCompletion(), Tries: 1, Readings: 3, Doubtful: true, Closed: true, Attempts: []callbacks.Attempt{attempt}})
	callbackstest.Same(t, "actions", storetest.AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionDelivered, callbacks.ActionDecided, callbacks.ActionReceived})
	if next := nextDelivery(t, s); !next.IsZero() {
		t.Errorf("next delivery is due at %v, want none", next)
	}
	if work := claim(t, s, "worker", callbackstest.T0.Add(24*time.Hour)); len(work) != 0 {
		t.Error("a settled delivery was claimed")
	}
}

func finishPutsOff(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	due := callbackstest.T0.Add(5 * time.Second)
	if _, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.Throttled), c.ID, putOff(due)); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), due)
	w = claimOne(t, s, "another", due)
	if w.Delivery.Tries != 2 || w.Delivery.Doubtful {
		t.Errorf("got %d tries, doubtful %t; want 2 and no doubt: the first attempt was answered", w.Delivery.Tries, w.Delivery.Doubtful)
	}
}

func finishError(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	decided := storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	before := deliveryOf(t, s, c.ID)
	wrong := errors.New("fn does not want to")
	_, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.Fault), c.ID,
		func(c *callbacks.Case) error {
			c.Heartbeats, c.Delivery.DueAt, c.Delivery.Doubtful = 99, callbackstest.T0, true
			c.Audit = append(c.Audit, callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0))
			return wrong
		})
	if err != wrong { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", storetest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "delivery before and after", deliveryOf(t, s, c.ID), before)
	callbackstest.Same(t, "actions", storetest.AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionDecided, callbacks.ActionReceived})
}

func finishAfterTakeover(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	decided := storetest.Decide(t, s, c.ID, callbackstest.T0)
	old := claimOne(t, s, "old", callbackstest.T0)
	claimOne(t, s, "new", callbackstest.T0.Add(time.Minute))
	before := deliveryOf(t, s, c.ID)
	_, err := finish(t, s, "old", answered(old, callbackstest.T0, replies.Accepted), c.ID,
		func(*callbacks.Case) error {
			t.Error("a result was recorded without the lease")
			return nil
		})
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("got %v, want ErrLeaseLost", err)
	}
	callbackstest.Same(t, "callback before and after", storetest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "delivery before and after", deliveryOf(t, s, c.ID), before)
}

func finishAfterOwnTakeover(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	first := claimOne(t, s, "worker", callbackstest.T0)
	second := claimOne(t, s, "worker", callbackstest.T0.Add(time.Minute))
	_, err := finish(t, s, "worker", answered(first, callbackstest.T0, replies.Accepted), c.ID, putOff(time.Time{}))
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("the answer to the first attempt gives %v, want ErrLeaseLost: the second is under way", err)
	}
	if _, err := finish(t, s, "worker", answered(second, callbackstest.T0, replies.Accepted), c.ID, putOff(time.Time{})); err != nil {
		t.Errorf("the answer to the second attempt: %v", err)
	}
}

func finishTwice(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	for i, want := range []error{nil, callbacks.ErrLeaseLost} {
		_, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.Accepted), c.ID, putOff(callbackstest.T0.Add(time.Hour)))
		if !errors.Is(err, want) {
			t.Errorf("finish %d gives %v, want %v", i+1, err, want)
		}
	}
}

func attemptsAreBounded(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	const tries = callbacks.MaxAttempts + 3
	for range tries {
		w := claimOne(t, s, "worker", callbackstest.T0)
		if _, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.Throttled), c.ID, putOff(callbackstest.T0)); err != nil {
			t.Fatal(err)
		}
	}
	d := deliveryOf(t, s, c.ID)
	if n := len(d.Attempts); n != callbacks.MaxAttempts || d.Tries != tries {
		t.Fatalf("got %d attempts of %d tries, want %d of %d", n, d.Tries, callbacks.MaxAttempts, tries)
	}
	if first, last := d.Attempts[0].Number, d.Attempts[len(d.Attempts)-1].Number; first != 4 || last != tries {
		t.Errorf("attempts go from %d to %d, want the latest, oldest first", first, last)
	}
}
