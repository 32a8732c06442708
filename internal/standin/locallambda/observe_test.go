package locallambda_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/wire"
)

func TestObserve_TellsTheStoryInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.Name, u.CallbackOptions = ptr("approval"), timeouts(60, 30)
	b.register("f", one(u))
	arn, err := b.engine.Start(t.Context(), "f", "order-7", []byte(`{"order":7}`))
	b.must(err)
	b.suspended()
	id := b.log.All()[1].CallbackID
	b.clock.Advance(time.Second)
	b.must(b.heartbeat(id))
	b.must(b.fail(id, rejected))
	b.wantEnd("FAILED")

	problem := &wire.ErrorObject{ErrorType: "Rejected", ErrorMessage: "not approved", ErrorData: `{"by":"ann"}`}
	later := begin.Add(time.Second)
	want := []locallambda.Observation{
		{Kind: locallambda.ExecutionStarted, At: begin, Payload: `{"order":7}`},
		{Kind: locallambda.CallbackStarted, At: begin, CallbackID: id, Timeout: time.Minute, HeartbeatTimeout: 30 * time.Second},
		{Kind: locallambda.InvocationCompleted, At: begin, Status: "PENDING"},
		{Kind: locallambda.HeartbeatReceived, At: later, CallbackID: id},
		{Kind: locallambda.CallbackClosed, At: later, CallbackID: id, Status: "FAILED", Error: problem},
		{Kind: locallambda.InvocationCompleted, At: later, Status: "FAILED"},
		{Kind: locallambda.ExecutionEnded, At: later, Status: "FAILED", Error: &wire.ErrorObject{ErrorType: "Rejected", ErrorMessage: "not approved"}},
	}
	got := b.log.All()
	if len(got) != len(want) {
		t.Fatalf("observed %+v", got)
	}
	for i := range want {
		want[i].Function, want[i].ExecutionARN, want[i].ExecutionName = "f", arn, "order-7"
		if want[i].CallbackID != "" {
			want[i].OperationID, want[i].OperationName = "1", "approval"
		}
		if !same(got[i], want[i]) {
			t.Errorf("observation %d\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// same compares observations by value.
func same(a, b locallambda.Observation) bool {
	if (a.Error == nil) != (b.Error == nil) {
		return false
	}
	if a.Error != nil {
		x, y := *a.Error, *b.Error
		if x.Error() != y.Error() || x.ErrorData != y.ErrorData || !slices.Equal(x.StackTrace, y.StackTrace) {
			return false
		}
	}
	a.Error, b.Error = nil, nil
	return a == b
}

func TestObserve_CancelEndsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", echo)
	count := 0
	cancel := b.engine.Observe(func(locallambda.Observation) { count++ })
	cancel()
	b.start("f")
	b.wantEnd("SUCCEEDED")
	b.must(b.engine.Close()) // nothing is delivered after it
	if count != 0 {
		t.Errorf("notified %d times after cancel", count)
	}
}

// An observer may use the engine, as one does that completes each callback by itself.
func TestObserve_MayCallTheEngine(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.engine.Observe(func(o locallambda.Observation) {
		if o.Kind == locallambda.CallbackStarted {
			if err := b.succeed(o.CallbackID, `"auto"`); err != nil {
				t.Error(err)
			}
		}
	})
	b.register("f", one(op("1")))
	b.start("f")
	if got := b.next(locallambda.ExecutionEnded); got.Payload != `"auto"` {
		t.Errorf("ended: %+v", got)
	}
}
