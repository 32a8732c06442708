package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testInExecution(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OfTheExecution": pendingInExecution,
		"PendingOnly":    pendingInStates,
		"Limit":          pendingInLimit,
	})
}

// Execution sets the execution in which the callback waits; empty means unknown.
func Execution(arn string) Option { return func(c *callbacks.Callback) { c.ExecutionARN = arn } }

func pendingIn(t testing.TB, s Store, arn string, limit int) []callbacks.ID {
	t.Helper()
	ids, err := s.InExecution(t.Context(), arn, callbacks.Pending, "", limit)
	if err != nil {
		t.Fatalf("pending in %q: %v", arn, err)
	}
	return ids
}

// ThisExecution is the ARN of an execution in AWS's form.
const ThisExecution = "arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST/durable-execution/order-4711/1"

func pendingInExecution(t *testing.T, s Store) {
	Same(t, "in an empty store", pendingIn(t, s, ThisExecution, 10), nil)
	first := Put(t, s, NewCallback(Execution(ThisExecution)))
	Put(t, s, NewCallback(Execution(ThisExecution+"2")))
	Put(t, s, NewCallback(Execution("")))
	Put(t, s, NewCallback())
	second := Put(t, s, NewCallback(Execution(ThisExecution), Queue("finance"), Timeout(0)))
	Same(t, "in the execution", pendingIn(t, s, ThisExecution, 10), []callbacks.ID{first.ID, second.ID})
	Same(t, "in no execution", pendingIn(t, s, "", 10), nil)
	Same(t, "in an execution nobody announced", pendingIn(t, s, ThisExecution[:40], 10), nil)
}

func pendingInStates(t *testing.T, s Store) {
	for _, state := range callbacks.States {
		if !state.Open() {
			Put(t, s, NewCallback(Execution(ThisExecution), Ended(state, T0)))
		}
	}
	Put(t, s, NewCallback(Execution(ThisExecution), DecidedBy("ada", T0)))
	Same(t, "of what is decided or has ended", pendingIn(t, s, ThisExecution, 10), nil)
}

func pendingInLimit(t *testing.T, s Store) {
	var want []callbacks.ID
	for i := range 3 {
		c := Put(t, s, NewCallback(Execution(ThisExecution), ReceivedAt(T0.Add(-time.Duration(i)*time.Minute))))
		want = append(want, c.ID)
	}
	Same(t, "the first two that arrived", pendingIn(t, s, ThisExecution, 2), want[:2])
}
