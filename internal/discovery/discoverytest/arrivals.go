package discoverytest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/discovery"
)

func executionsAnew(t *testing.T, s storetest.Store) {
	scanOrders(t, s, callbackstest.T0, "read", "other")
	for _, arn := range []string{"read", "other"} {
		callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, discovery.WatchedExecution{
			ARN: arn, CheckAt: callbackstest.T0.Add(time.Hour), Trace: discovery.Trace{Last: 7, Callbacks: map[string]discovery.OpenCallback{"1": {ID: "ours"}}},
		}))
	}
	callbackstest.Must(t, s.ReadAnew(t.Context(), scanner, orders, []string{"read", "unknown"}))
	found, err := s.DueExecutions(t.Context(), orders, callbackstest.T0, callbackstest.T0, 10)
	callbackstest.Must(t, err)
	if len(found) != 2 {
		t.Fatalf("due are %+v, want two", found)
	}
	for _, e := range found {
		if e.ARN == "other" || e.Trace.Last != 0 || len(e.Trace.Callbacks) != 0 {
			t.Errorf("due is %+v, want one without a trace", e)
		}
	}
	scan := callbackstest.T0.Add(time.Minute)
	// the scan that made them due does not get to read them
	callbackstest.Must(t, s.MissExecutions(t.Context(), scanner, orders, scan))
	callbackstest.Same(t, "kept for what was open in it", due(t, s, scan, scan), []string{"read", "other"})
}

// arrived returns the callbacks that arrived in [from, before), and the last events of the traces
// of their executions.
func arrived(t testing.TB, s storetest.Store, from, before time.Time, after callbacks.ID, limit int) (ids []callbacks.ID, last []int) {
	t.Helper()
	found, err := s.Arrived(t.Context(), orders, from, before, after, limit)
	callbackstest.Must(t, err)
	for _, a := range found {
		ids, last = append(ids, a.ID), append(last, a.Trace.Last)
	}
	return ids, last
}

func arrivedTraces(t *testing.T, s storetest.Store) {
	add := func(function, arn string, options ...callbackstest.Option) callbacks.ID {
		c := callbackstest.NewCallback(options...)
		c.Function, c.ExecutionARN = function, arn
		return storetest.Put(t, s, c).ID
	}
	const inOrders = "arn:aws:lambda:eu-west-1:123456789012:function:orders:3/durable-execution/a/b"
	traced, named := add("orders", "traced"), add("Our orders", inOrders)
	add("orders", "")
	add("prints", "elsewhere")
	add("orders", "decided", callbackstest.DecidedBy("ada", callbackstest.T0))
	scanOrders(t, s, callbackstest.T0, "traced")
	callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, discovery.WatchedExecution{ARN: "traced", Trace: discovery.Trace{Last: 9}}))
	ids, last := arrived(t, s, time.Time{}, callbackstest.T0.Add(time.Second), "", 10)
	callbackstest.Same(t, "arrived", ids, []callbacks.ID{traced, named})
	callbackstest.Same(t, "last events", last, []int{9, 0})
	theirs := orders
	theirs.Account = "111122223333"
	found, err := s.Arrived(t.Context(), theirs, time.Time{}, callbackstest.T0.Add(time.Second), "", 10)
	callbackstest.Must(t, err)
	if len(found) != 2 || found[0].Trace.Last != 0 {
		t.Errorf("in another account: %+v, want the same without a trace", found)
	}
}

func arrivedPages(t *testing.T, s storetest.Store) {
	var all []callbacks.ID
	for _, at := range []time.Duration{2 * time.Second, time.Second, time.Second, 0} {
		c := callbackstest.NewCallback()
		c.Function, c.ExecutionARN, c.ReceivedAt = "orders", "x", callbackstest.T0.Add(at)
		all = append(all, storetest.Put(t, s, c).ID)
	}
	order := []callbacks.ID{all[3], all[1], all[2], all[0]}
	for i, after := range append([]callbacks.ID{""}, order...) {
		ids, _ := arrived(t, s, time.Time{}, callbackstest.T0.Add(time.Minute), after, 1)
		callbackstest.Same(t, "page", ids, order[i:][:min(1, len(order)-i)])
	}
	ids, _ := arrived(t, s, callbackstest.T0.Add(time.Second), callbackstest.T0.Add(2*time.Second), "", 10)
	callbackstest.Same(t, "between two times", ids, order[1:3])
}
