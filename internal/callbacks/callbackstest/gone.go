package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// filterGone finds exactly the callbacks that somebody announced, even if they were found first,
// and that something else closed. The counts agree with the lists.
func filterGone(t *testing.T, s Store) {
	at := func(minutes int) Option { return ReceivedAt(T0.Add(time.Duration(minutes) * time.Minute)) }
	closed := Put(t, s, NewCallback(at(1), Ended(callbacks.Closed, T0)))
	limited := Put(t, s, NewCallback(at(2), Queue("finance"), Ended(callbacks.TimedOut, T0), EndedBy(callbacks.CauseExecution)))
	other := Put(t, s, NewCallback(at(3), Function("prints"), Ended(callbacks.Closed, T0)))
	late := find(t, s, NewCallback(at(4)), callbacks.Content{}).Callback
	Put(t, s, NewCallback())
	Put(t, s, NewCallback(Ended(callbacks.TimedOut, T0)))
	Put(t, s, NewCallback(DecidedBy("ada", T0), Ended(callbacks.Lost, T0), EndedBy(callbacks.CauseExecution)))
	find(t, s, NewCallback(Ended(callbacks.Closed, T0)), callbacks.Content{})

	gone := func(f callbacks.Filter, want ...callbacks.ID) {
		t.Helper()
		f.Scope, f.Source, f.Gone = callbacks.ScopeAll, callbacks.SourceAnnounced, true
		Same(t, "list of "+f.Function+f.Queue, IDsOf(List(t, s, EveryRow(f)).Rows), want)
		Same(t, "count of "+f.Function+f.Queue, Count(t, s, EveryRow(f), 100), len(want))
	}
	counts := func(limit int, want map[string]int) {
		t.Helper()
		got, err := s.Gone(t.Context(), []string{"none", "orders", "prints"}, limit)
		Must(t, err)
		for _, name := range []string{"none", "orders", "prints"} {
			Same(t, "count of "+name, got[name], want[name])
		}
	}
	gone(callbacks.Filter{}, other.ID, limited.ID, closed.ID)
	gone(callbacks.Filter{Function: "orders"}, limited.ID, closed.ID)
	gone(callbacks.Filter{Function: "orders", Queue: "finance"}, limited.ID)
	gone(callbacks.Filter{States: []callbacks.State{callbacks.TimedOut, callbacks.Pending}}, limited.ID)
	counts(9, map[string]int{"orders": 2, "prints": 1})

	said := NewCallback()
	said.CallbackID = late.CallbackID
	Receive(t, s, callbacks.Message{}, said)
	Change(t, s, late.ID, func(c *callbacks.Case) error {
		Ended(callbacks.Closed, T0)(&c.Callback)
		return nil
	})
	gone(callbacks.Filter{Function: "orders"}, late.ID, limited.ID, closed.ID)
	counts(9, map[string]int{"orders": 3, "prints": 1})
	counts(2, map[string]int{"orders": 2, "prints": 1})

	Change(t, s, closed.ID, func(c *callbacks.Case) error {
		c.State, c.Ending = callbacks.Pending, nil
		return nil
	})
	gone(callbacks.Filter{Function: "orders"}, late.ID, limited.ID)
	if none, err := s.Gone(t.Context(), nil, 9); err != nil || len(none) != 0 {
		t.Errorf("of no functions it counts %v, %v", none, err)
	}
}
