package callbackstest

import (
	"testing"

	"countersign/internal/callbacks"
)

func testFunctions(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OfOpenCallbacks": functionsOpen,
		"Visible":         functionsVisible,
		"Empty":           functionsEmpty,
	})
}

func functions(t testing.TB, s Store, q callbacks.Query, limit int) []string {
	t.Helper()
	names, err := s.Functions(t.Context(), q, limit)
	if err != nil {
		t.Fatalf("functions: %v", err)
	}
	return names
}

func functionsOpen(t *testing.T, s Store) {
	Put(t, s, NewCallback(Function("refunds"), Queue("b")))
	Put(t, s, NewCallback(Function("orders"), DecidedBy("ada", T0)))
	Put(t, s, NewCallback(Function("orders"), Queue("b")))
	Put(t, s, NewCallback(Function("orders"), Ended(callbacks.Completed, T0)))
	Put(t, s, NewCallback(Function("done"), Ended(callbacks.Completed, T0)))
	Put(t, s, NewCallback(Function("")))
	Same(t, "functions", functions(t, s, EveryRow(callbacks.Filter{}), 10), []string{"orders", "refunds"})
	Same(t, "the first function", functions(t, s, EveryRow(callbacks.Filter{}), 1), []string{"orders"})
}

func functionsVisible(t *testing.T, s Store) {
	for _, name := range []string{"a", "b", "c"} {
		Put(t, s, NewCallback(Queue(name), Function("of-"+name)))
	}
	Same(t, "of no queue", functions(t, s, callbacks.Query{}, 10), nil)
	Same(t, "of two queues", functions(t, s, callbacks.Query{Queues: []string{"c", "a"}}, 10), []string{"of-a", "of-c"})
	Same(t, "of one of all", functions(t, s, EveryRow(callbacks.Filter{Queue: "b"}), 10), []string{"of-b"})
	Same(t, "of a hidden queue", functions(t, s, callbacks.Query{Filter: callbacks.Filter{Queue: "b"}, Queues: []string{"a"}}, 10), nil)
}

func functionsEmpty(t *testing.T, s Store) {
	Same(t, "functions", functions(t, s, EveryRow(callbacks.Filter{}), 10), nil)
	Same(t, "functions of a queue", functions(t, s, callbacks.Query{Queues: []string{"a"}}, 10), nil)
}
