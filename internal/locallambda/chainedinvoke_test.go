package locallambda_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/internal/locallambda"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const day = 24 * time.Hour

// calls is a program that invokes another function and ends as it did.
func calls(function string) program {
	return func(r *run) answer {
		u := update(types.OperationTypeChainedInvoke, begins, "1")
		u.ChainedInvokeOptions, u.Payload = &types.ChainedInvokeOptions{FunctionName: &function}, ptr(`{"for":"me"}`)
		if _, ok := r.known["1"]; !ok {
			r.checkpoint(u)
		}
		status := string(r.await("1").Status)
		return answer{Status: "SUCCEEDED", Result: &status}
	}
}

func (b *bench) endOf(arn string) locallambda.Observation {
	b.t.Helper()
	return b.log.NextOf(b.t, func(o locallambda.Observation) bool {
		return o.Kind == locallambda.ExecutionEnded && o.ExecutionARN == arn
	}, "the end of "+arn)
}

// bothSuspended waits until caller and invoked function have suspended, in either order, and gives the callback of the latter.
func (b *bench) bothSuspended() locallambda.Observation {
	b.t.Helper()
	b.suspended()
	b.suspended()
	for _, o := range b.log.All() {
		if o.Kind == locallambda.CallbackStarted {
			return o
		}
	}
	b.t.Fatal("no callback has started")
	return locallambda.Observation{}
}

func TestChainedInvoke_EndsAsTheInvokedExecution(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end   func(b *bench, arn, id string)
		event types.EventType
	}{
		"SUCCEEDED": {func(b *bench, _, id string) { b.must(b.succeed(id, `"yes"`)) }, "ChainedInvokeSucceeded"},
		"FAILED":    {func(b *bench, _, id string) { b.must(b.fail(id, rejected)) }, "ChainedInvokeFailed"},
		"STOPPED":   {func(b *bench, arn, _ string) { b.stop(arn) }, "ChainedInvokeStopped"},
		"TIMED_OUT": {func(b *bench, _, _ string) { b.clock.Advance(day) }, "ChainedInvokeTimedOut"},
	}
	for status, c := range cases {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.engine.Register("outer", &programFunction{b.client, calls("inner")}, locallambda.FunctionConfig{ExecutionTimeout: 2 * day})
			b.register("inner", one(op("1")))
			outer := b.start("outer")
			open := b.bothSuspended()
			c.end(b, open.ExecutionARN, open.CallbackID)
			if got := b.endOf(outer); got.Payload != status {
				t.Errorf("the operation is %s, want %s", got.Payload, status)
			}
			events := b.history(outer)
			if got := events[1].ChainedInvokeStartedDetails; *got.DurableExecutionArn != open.ExecutionARN || *got.FunctionName != "inner" || *got.Input.Payload != `{"for":"me"}` {
				t.Errorf("started: %+v", got)
			}
			if !slices.ContainsFunc(events, func(e types.Event) bool { return e.EventType == c.event && *e.Id == "1" }) {
				t.Errorf("no %s in the history", c.event)
			}
			if got := *b.get(open.ExecutionARN).InputPayload; got != `{"for":"me"}` {
				t.Errorf("the invoked function got %s", got)
			}
		})
	}
}

func TestChainedInvoke_UnknownFunctionFailsTheOperation(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("outer", calls("nobody"))
	if got := b.endOf(b.start("outer")); got.Payload != "FAILED" {
		t.Errorf("the operation is %s", got.Payload)
	}
}

func TestChainedInvoke_CallerEndedBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("outer", calls("inner"))
	b.register("inner", one(op("1")))
	outer := b.start("outer")
	open := b.bothSuspended()
	b.stop(outer)
	before := len(b.history(outer))
	b.must(b.succeed(open.CallbackID, `1`))
	b.endOf(open.ExecutionARN)
	if got := len(b.history(outer)); got != before {
		t.Errorf("%d events after the end", got-before)
	}
}

func TestChainedInvoke_SurvivesRestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	before.register("outer", calls("inner"))
	before.register("inner", one(op("1")))
	outer := before.start("outer")
	id := before.bothSuspended().CallbackID
	before.must(before.engine.Close())
	after := reopen(t, path, begin)
	after.register("outer", calls("inner"))
	after.register("inner", one(op("1")))
	after.must(after.succeed(id, `1`))
	if got := after.endOf(outer); got.Payload != "SUCCEEDED" {
		t.Errorf("the operation is %s", got.Payload)
	}
}
