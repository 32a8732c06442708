package storetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// filterGone finds exactly the callbacks that somebody announced, even if they were found first,
// and that something else closed. The counts agree with the lists.
func filterGone(t *testing.T, s Store) {
	at := func(minutes int) callbackstest.Option {
		return callbackstest.ReceivedAt(callbackstest.T0.Add(time.Duration(minutes) * time.Minute))
	}
	closed := Put(t, s, callbackstest.NewCallback(at(1), callbackstest.Ended(callbacks.Closed, callbackstest.T0)))
	limited := Put(t, s, callbackstest.NewCallback(at(2), callbackstest.Queue("finance"), callbackstest.Ended(callbacks.TimedOut, callbackstest.T0), callbackstest.EndedBy(callbacks.CauseExecution)))
	other := Put(t, s, callbackstest.NewCallback(at(3), callbackstest.Function("prints"), callbackstest.Ended(callbacks.Closed, callbackstest.T0)))
	late := find(t, s, callbackstest.NewCallback(at(4)), callbacks.Content{}).Callback
	Put(t, s, callbackstest.NewCallback())
	Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.TimedOut, callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(callbacks.Lost, callbackstest.T0), callbackstest.EndedBy(callbacks.CauseExecution)))
	find(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Closed, callbackstest.T0)), callbacks.Content{})

	gone := func(f desk.Filter, want ...callbacks.ID) {
		t.Helper()
		f.Scope, f.Source, f.Gone = desk.ScopeAll, callbacks.SourceAnnounced, true
		callbackstest.Same(t, "list of "+f.Function+f.Queue, IDsOf(List(t, s, EveryRow(f)).Rows), want)
		callbackstest.Same(t, "count of "+f.Function+f.Queue, Count(t, s, EveryRow(f), 100), len(want))
	}
	counts := func(limit int, want map[string]int) {
		t.Helper()
		got, err := s.Gone(t.Context(), []string{"none", "orders", "prints"}, limit)
		callbackstest.Must(t, err)
		for _, name := range []string{"none", "orders", "prints"} {
			callbackstest.Same(t, "count of "+name, got[name], want[name])
		}
	}
	gone(desk.Filter{}, other.ID, limited.ID, closed.ID)
	gone(desk.Filter{Function: "orders"}, limited.ID, closed.ID)
	gone(desk.Filter{Function: "orders", Queue: "finance"}, limited.ID)
	gone(desk.Filter{States: []callbacks.State{callbacks.TimedOut, callbacks.Pending}}, limited.ID)
	counts(9, map[string]int{"orders": 2, "prints": 1})

	said := callbackstest.NewCallback()
	said.CallbackID = late.CallbackID
	Receive(t, s, callbacks.Message{}, said)
	Change(t, s, late.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Closed, callbackstest.T0)(&c.Callback)
		return nil
	})
	gone(desk.Filter{Function: "orders"}, late.ID, limited.ID, closed.ID)
	counts(9, map[string]int{"orders": 3, "prints": 1})
	counts(2, map[string]int{"orders": 2, "prints": 1})

	Change(t, s, closed.ID, func(c *callbacks.Case) error {
		c.State, c.Ending = callbacks.Pending, nil
		return nil
	})
	gone(desk.Filter{Function: "orders"}, late.ID, limited.ID)
	if none, err := s.Gone(t.Context(), nil, 9); err != nil || len(none) != 0 {
		t.Errorf("of no functions it counts %v, %v", none, err)
	}
}
