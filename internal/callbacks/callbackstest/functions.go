package callbackstest

import (
	"testing"

	"countersign/internal/callbacks"
)

func testFunctions(t *testing.T, open func(*testing.T) Store) {
	cases(t, open, map[string]func(*testing.T, Store){
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
	put(t, s, NewCallback(Function("refunds"), Queue("b")))
	put(t, s, NewCallback(Function("orders"), DecidedBy("ada", T0)))
	put(t, s, NewCallback(Function("orders"), Queue("b")))
	put(t, s, NewCallback(Function("orders"), Ended(callbacks.Completed, T0)))
	put(t, s, NewCallback(Function("done"), Ended(callbacks.Completed, T0)))
	put(t, s, NewCallback(Function("")))
	same(t, "functions", functions(t, s, all(callbacks.Filter{}), 10), []string{"orders", "refunds"})
	same(t, "the first function", functions(t, s, all(callbacks.Filter{}), 1), []string{"orders"})
}

func functionsVisible(t *testing.T, s Store) {
	for _, name := range []string{"a", "b", "c"} {
		put(t, s, NewCallback(Queue(name), Function("of-"+name)))
	}
	same(t, "of no queue", functions(t, s, callbacks.Query{}, 10), nil)
	same(t, "of two queues", functions(t, s, callbacks.Query{Queues: []string{"c", "a"}}, 10), []string{"of-a", "of-c"})
	same(t, "of one of all", functions(t, s, all(callbacks.Filter{Queue: "b"}), 10), []string{"of-b"})
	same(t, "of a hidden queue", functions(t, s, callbacks.Query{Filter: callbacks.Filter{Queue: "b"}, Queues: []string{"a"}}, 10), nil)
}

func functionsEmpty(t *testing.T, s Store) {
	same(t, "functions", functions(t, s, all(callbacks.Filter{}), 10), nil)
	same(t, "functions of a queue", functions(t, s, callbacks.Query{Queues: []string{"a"}}, 10), nil)
}
