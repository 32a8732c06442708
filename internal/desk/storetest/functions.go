package storetest

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testFunctions(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OfOpenCallbacks": functionsOpen,
		"Visible":         functionsVisible,
		"Empty":           functionsEmpty,
	})
}

func functions(t testing.TB, s Store, q desk.Query, limit int) []string {
	t.Helper()
	names, err := s.Functions(t.Context(), q, limit)
	if err != nil {
		t.Fatalf("functions: %v", err)
	}
	return names
}

func functionsOpen(t *testing.T, s Store) {
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("refunds"), callbackstest.Queue("b")))
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("orders"), callbackstest.DecidedBy("ada", callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("orders"), callbackstest.Queue("b")))
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("orders"), callbackstest.Ended(callbacks.Completed, callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("done"), callbackstest.Ended(callbacks.Completed, callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.Function("")))
	callbackstest.Same(t, "functions", functions(t, s, EveryRow(desk.Filter{}), 10), []string{"orders", "refunds"})
	callbackstest.Same(t, "the first function", functions(t, s, EveryRow(desk.Filter{}), 1), []string{"orders"})
}

func functionsVisible(t *testing.T, s Store) {
	for _, name := range []string{"a", "b", "c"} {
		Put(t, s, callbackstest.NewCallback(callbackstest.Queue(name), callbackstest.Function("of-"+name)))
	}
	callbackstest.Same(t, "of no queue", functions(t, s, desk.Query{}, 10), nil)
	callbackstest.Same(t, "of two queues", functions(t, s, desk.Query{Queues: []string{"c", "a"}}, 10), []string{"of-a", "of-c"})
	callbackstest.Same(t, "of one of all", functions(t, s, EveryRow(desk.Filter{Queue: "b"}), 10), []string{"of-b"})
	callbackstest.Same(t, "of a hidden queue", functions(t, s, desk.Query{Filter: desk.Filter{Queue: "b"}, Queues: []string{"a"}}, 10), nil)
}

func functionsEmpty(t *testing.T, s Store) {
	callbackstest.Same(t, "functions", functions(t, s, EveryRow(desk.Filter{}), 10), nil)
	callbackstest.Same(t, "functions of a queue", functions(t, s, desk.Query{Queues: []string{"a"}}, 10), nil)
}

func testAudiences(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OnRecord": audiencesOnRecord,
		"Empty":    func(t *testing.T, s Store) { callbackstest.Same(t, "audiences", audiences(t, s, 10), nil) },
	})
}

// audiences are those of a store, sorted.
func audiences(t testing.TB, s Store, limit int) []string {
	t.Helper()
	names, err := s.Audiences(t.Context(), limit)
	if err != nil {
		t.Fatalf("audiences: %v", err)
	}
	slices.Sort(names)
	return names
}

// audiencesOnRecord: an escalation counts from when it is on record until its callback has ended.
func audiencesOnRecord(t *testing.T, s Store) {
	put := func(escalate bool, to ...string) callbacks.Callback {
		t.Helper()
		c := Put(t, s, callbackstest.NewCallback(func(c *callbacks.Callback) {
			c.Requirement.Escalate = &callbacks.Escalation{After: 0.5, To: to}
		}))
		if !escalate {
			return c
		}
		return Change(t, s, c.ID, func(stored *callbacks.Case) error {
			return stored.Record(stored.Escalate(stored.EscalatesAt(), callbacks.System("escalations")))
		})
	}
	ended := put(true, "board")
	put(true, "leads", "controllers")
	put(true, "controllers", "leads") // the same people
	put(true, `the "big" ones`)
	put(false, "nobody yet")
	all := []string{`["board"]`, `["controllers","leads"]`, `["the \"big\" ones"]`}
	callbackstest.Same(t, "audiences", audiences(t, s, 10), all)
	if got := audiences(t, s, 2); len(got) != 2 {
		t.Errorf("at most two: got %q", got)
	}
	Change(t, s, ended.ID, func(stored *callbacks.Case) error {
		callbackstest.Ended(callbacks.Closed, callbackstest.T0)(&stored.Callback)
		return nil
	})
	callbackstest.Same(t, "audiences once one has ended", audiences(t, s, 10), all[1:])
}
