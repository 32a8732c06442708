package deliverytest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

func testRetries(t *testing.T, open func(*testing.T) callbackstest.Store) {
	callbackstest.Cases(t, open, map[string]func(*testing.T, callbackstest.Store){
		"MakesDue":           retryMakesDue,
		"LeavesALeaseAlone":  retryDuringAttempt,
		"ErrorWritesNothing": retryError,
		"WithoutDelivery":    retryWithoutDelivery,
	})
}

func retryMakesDue(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	if _, err := s.FinishDelivery(t.Context(), "worker", answered(w, callbackstest.T0, callbacks.ReplyNone), c.ID, func(c *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		callbackstest.Ended(callbacks.Unconfirmed, callbackstest.T0)(c)
		c.Ending.Doubt = callbacks.DoubtDenied
		d.DueAt, d.Doubtful, d.Closed, d.Readings = time.Time{}, true, true, 20
		return callbackstest.Entry(*c, callbacks.ActionUnconfirmed, callbackstest.T0), nil
	}); err != nil {
		t.Fatal(err)
	}
	if doubt := callbackstest.Get(t, s, c.ID).Ending.Doubt; doubt != callbacks.DoubtDenied {
		t.Errorf("what kept it in doubt is %q, want what was written", doubt)
	}
	now := callbackstest.T0.Add(time.Hour)
	got, err := s.RetryDelivery(t.Context(), c.ID, now, func(c *callbacks.Callback) (callbacks.AuditEntry, error) {
		c.State, c.Ending = callbacks.Decided, nil
		return callbackstest.Entry(*c, callbacks.ActionRetried, now), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "stored and returned callback", callbackstest.Get(t, s, c.ID), got)
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), now)
	if w := claimOne(t, s, "worker", now); w.Delivery.Tries != 2 || !w.Delivery.Doubtful || w.Delivery.Readings != 0 || w.Delivery.Closed || w.Callback.State != callbacks.Decided {
		t.Errorf("got %d tries, %d readings, doubtful %t, closed %t, state %s; want 2, 0, true, false, decided", w.Delivery.Tries, w.Delivery.Readings, w.Delivery.Doubtful, w.Delivery.Closed, w.Callback.State)
	}
	if actions := callbackstest.AuditOf(t, s, c.ID); actions[0] != callbacks.ActionRetried {
		t.Errorf("latest action is %s, want the retry", actions[0])
	}
}

func retryDuringAttempt(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	claimOne(t, s, "worker", callbackstest.T0)
	now := callbackstest.T0.Add(time.Second)
	if _, err := s.RetryDelivery(t.Context(), c.ID, now, func(c *callbacks.Callback) (callbacks.AuditEntry, error) {
		return callbackstest.Entry(*c, callbacks.ActionRetried, now), nil
	}); err != nil {
		t.Fatal(err)
	}
	if work := claim(t, s, "another", now); len(work) != 0 {
		t.Error("a second attempt was begun while the first is under way")
	}
}

func retryError(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	decided := callbackstest.Decide(t, s, c.ID, callbackstest.T0.Add(time.Hour))
	_, err := s.RetryDelivery(t.Context(), c.ID, callbackstest.T0, func(c *callbacks.Callback) (callbacks.AuditEntry, error) {
		c.Heartbeats = 99
		return callbackstest.Entry(*c, callbacks.ActionRetried, callbackstest.T0), callbacks.ErrConflict
	})
	if err != callbacks.ErrConflict { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", callbackstest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), callbackstest.T0.Add(time.Hour))
}

func retryWithoutDelivery(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	_, err := s.RetryDelivery(t.Context(), c.ID, callbackstest.T0, func(c *callbacks.Callback) (callbacks.AuditEntry, error) {
		c.Heartbeats = 99
		return callbackstest.Entry(*c, callbacks.ActionRetried, callbackstest.T0), nil
	})
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	callbackstest.Same(t, "callback before and after", callbackstest.Get(t, s, c.ID), c)
}
