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

func testRetries(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"MakesDue":           retryMakesDue,
		"LeavesALeaseAlone":  retryDuringAttempt,
		"ErrorWritesNothing": retryError,
		"WithoutDelivery":    retryWithoutDelivery,
	})
}

// retry sends a decision again.
func retry(t *testing.T, s storetest.Store, id callbacks.ID, now time.Time) (callbacks.Callback, error) {
	t.Helper()
	return change(t, s, id, func(c *callbacks.Case) error {
		return c.Record(c.Retry(c.Delivery, now, callbackstest.Person("ops")))
	})
}

func retryMakesDue(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	if _, err := finish(t, s, "worker", answered(w, callbackstest.T0, replies.None), c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Unconfirmed, callbackstest.T0)(&c.Callback)
		c.Ending.Doubt = callbacks.DoubtDenied
		c.Delivery.DueAt, c.Delivery.Doubtful, c.Delivery.Closed, c.Delivery.Readings = time.Time{}, true, true, 20
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionUnconfirmed, callbackstest.T0), nil)
	}); err != nil {
		t.Fatal(err)
	}
	if doubt := storetest.Get(t, s, c.ID).Ending.Doubt; doubt != callbacks.DoubtDenied {
		t.Errorf("what kept it in doubt is %q, want what was written", doubt)
	}
	now := callbackstest.T0.Add(time.Hour)
	got, err := retry(t, s, c.ID, now)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "stored and returned callback", storetest.Get(t, s, c.ID), got)
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), now)
	if w := claimOne(t, s, "worker", now); w.Delivery.Tries != 2 || !w.Delivery.Doubtful || w.Delivery.Readings != 0 || w.Delivery.Closed || w.Callback.State != callbacks.Decided {
		t.Errorf("got %d tries, %d readings, doubtful %t, closed %t, state %s; want 2, 0, true, false, decided", w.Delivery.Tries, w.Delivery.Readings, w.Delivery.Doubtful, w.Delivery.Closed, w.Callback.State)
	}
	if actions := storetest.AuditOf(t, s, c.ID); actions[0] != callbacks.ActionRetried {
		t.Errorf("latest action is %s, want the retry", actions[0])
	}
}

func retryDuringAttempt(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	claimOne(t, s, "worker", callbackstest.T0)
	now := callbackstest.T0.Add(time.Second)
	if _, err := retry(t, s, c.ID, now); err != nil {
		t.Fatal(err)
	}
	if work := claim(t, s, "another", now); len(work) != 0 {
		t.Error("a second attempt was begun while the first is under way")
	}
}

func retryError(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	decided := storetest.Decide(t, s, c.ID, callbackstest.T0.Add(time.Hour))
	_, err := change(t, s, c.ID, func(c *callbacks.Case) error {
		c.Heartbeats, c.Delivery.DueAt = 99, callbackstest.T0
		c.Audit = append(c.Audit, callbackstest.Entry(c.Callback, callbacks.ActionRetried, callbackstest.T0))
		return callbacks.ErrConflict
	})
	if err != callbacks.ErrConflict { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", storetest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), callbackstest.T0.Add(time.Hour))
}

func retryWithoutDelivery(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0)))
	_, err := retry(t, s, c.ID, callbackstest.T0)
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	callbackstest.Same(t, "callback before and after", storetest.Get(t, s, c.ID), c)
}
