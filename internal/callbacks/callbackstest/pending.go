package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testPendingIn(t *testing.T, open func(*testing.T) Store) {
	cases(t, open, map[string]func(*testing.T, Store){
		"OfTheExecution": pendingInExecution,
		"PendingOnly":    pendingInStates,
		"Limit":          pendingInLimit,
	})
}

// execution is where a callback waits; empty means that nobody knows.
func execution(arn string) Option { return func(c *callbacks.Callback) { c.ExecutionARN = arn } }

func pendingIn(t testing.TB, s Store, arn string, limit int) []callbacks.ID {
	t.Helper()
	ids, err := s.PendingIn(t.Context(), arn, limit)
	if err != nil {
		t.Fatalf("pending in %q: %v", arn, err)
	}
	return ids
}

const thisExecution = "arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST/durable-execution/order-4711/1"

func pendingInExecution(t *testing.T, s Store) {
	same(t, "in an empty store", pendingIn(t, s, thisExecution, 10), nil)
	first := put(t, s, NewCallback(execution(thisExecution)))
	put(t, s, NewCallback(execution(thisExecution+"2")))
	put(t, s, NewCallback(execution("")))
	put(t, s, NewCallback())
	second := put(t, s, NewCallback(execution(thisExecution), Queue("finance"), Timeout(0)))
	same(t, "in the execution", pendingIn(t, s, thisExecution, 10), []callbacks.ID{first.ID, second.ID})
	same(t, "in no execution", pendingIn(t, s, "", 10), nil)
	same(t, "in an execution nobody announced", pendingIn(t, s, thisExecution[:40], 10), nil)
}

func pendingInStates(t *testing.T, s Store) {
	for _, state := range callbacks.States {
		if !state.Open() {
			put(t, s, NewCallback(execution(thisExecution), Ended(state, T0)))
		}
	}
	put(t, s, NewCallback(execution(thisExecution), DecidedBy("ada", T0)))
	same(t, "of what is decided or has ended", pendingIn(t, s, thisExecution, 10), nil)
}

func pendingInLimit(t *testing.T, s Store) {
	var want []callbacks.ID
	for i := range 3 {
		c := put(t, s, NewCallback(execution(thisExecution), ReceivedAt(T0.Add(-time.Duration(i)*time.Minute))))
		want = append(want, c.ID)
	}
	same(t, "the first two that arrived", pendingIn(t, s, thisExecution, 2), want[:2])
}
