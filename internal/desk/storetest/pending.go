package storetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

func testInExecution(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OfTheExecution": pendingInExecution,
		"PendingOnly":    pendingInStates,
		"Limit":          pendingInLimit,
	})
}

// Execution sets the execution in which the callback waits; empty means unknown.
func Execution(arn string) callbackstest.Option {
	return func(c *callbacks.Callback) { c.ExecutionARN = arn }
}

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
	callbackstest.Same(t, "in an empty store", pendingIn(t, s, ThisExecution, 10), nil)
	first := Put(t, s, callbackstest.NewCallback(Execution(ThisExecution)))
	Put(t, s, callbackstest.NewCallback(Execution(ThisExecution+"2")))
	Put(t, s, callbackstest.NewCallback(Execution("")))
	Put(t, s, callbackstest.NewCallback())
	second := Put(t, s, callbackstest.NewCallback(Execution(ThisExecution), callbackstest.Queue("finance"), callbackstest.Timeout(0)))
	callbackstest.Same(t, "in the execution", pendingIn(t, s, ThisExecution, 10), []callbacks.ID{first.ID, second.ID})
	callbackstest.Same(t, "in no execution", pendingIn(t, s, "", 10), nil)
	callbackstest.Same(t, "in an execution nobody announced", pendingIn(t, s, ThisExecution[:40], 10), nil)
}

func pendingInStates(t *testing.T, s Store) {
	for _, state := range callbacks.States {
		if !state.Open() {
			Put(t, s, callbackstest.NewCallback(Execution(ThisExecution), callbackstest.Ended(state, callbackstest.T0)))
		}
	}
	Put(t, s, callbackstest.NewCallback(Execution(ThisExecution), callbackstest.DecidedBy("ada", callbackstest.T0)))
	callbackstest.Same(t, "of what is decided or has ended", pendingIn(t, s, ThisExecution, 10), nil)
}

func pendingInLimit(t *testing.T, s Store) {
	var want []callbacks.ID
	for i := range 3 {
		c := Put(t, s, callbackstest.NewCallback(Execution(ThisExecution), callbackstest.ReceivedAt(callbackstest.T0.Add(-time.Duration(i)*time.Minute))))
		want = append(want, c.ID)
	}
	callbackstest.Same(t, "the first two that arrived", pendingIn(t, s, ThisExecution, 2), want[:2])
}
