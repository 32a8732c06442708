package locallambda_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

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

// bothSuspended waits until caller and invoked function have suspended, in either order, and gives
// the callback of the latter.
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
			b.engine.Register("outer", &programFunction{b.client, calls("inner:1")}, locallambda.FunctionConfig{ExecutionTimeout: 2 * day})
			b.register("inner", one(op("1")))
			outer := b.start("outer")
			open := b.bothSuspended()
			c.end(b, open.ExecutionARN, open.CallbackID)
			if got := b.endOf(outer); got.Payload != status {
				t.Errorf("the operation is %s, want %s", got.Payload, status)
			}
			events := b.history(outer)
			if got := events[1].ChainedInvokeStartedDetails; *got.DurableExecutionArn != open.ExecutionARN || *got.FunctionName != "inner:1" || *got.Input.Payload != `{"for":"me"}` {
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

// TestChainedInvoke_ByVersionOrAlias: Lambda refuses a durable function's bare name.
func TestChainedInvoke_ByVersionOrAlias(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"inner": "FAILED", "inner:1": "SUCCEEDED", "inner:live": "SUCCEEDED", "inner:blue": "FAILED"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.register("outer", calls(name))
			b.engine.Register("inner", &programFunction{b.client, answers}, locallambda.FunctionConfig{Version: "1", Aliases: []string{"live"}})
			if got := b.endOf(b.start("outer")); got.Payload != want {
				t.Errorf("the operation is %s, want %s", got.Payload, want)
			}
		})
	}
}

// answers is a program that ends at once.
func answers(*run) answer { return answer{Status: "SUCCEEDED", Result: ptr(`1`)} }

// TestChainedInvoke_AnswersAtOnce: a caller that suspends does not see the end before it has
// suspended, however quick the invoked one is; the history says so, and names the tenant.
func TestChainedInvoke_AnswersAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	invoked := make(chan struct{}, 1)
	b.register("inner", answers)
	b.register("outer", func(r *run) answer {
		u := update(types.OperationTypeChainedInvoke, begins, "1")
		u.ChainedInvokeOptions = &types.ChainedInvokeOptions{FunctionName: ptr("inner:1"), TenantId: ptr("shop-7")}
		if _, ok := r.known["1"]; !ok {
			r.checkpoint(u)
			<-invoked // the caller is slow, the invoked one has ended
		}
		r.await("1")
		return answers(r)
	})
	outer := b.start("outer")
	b.log.NextOf(t, func(o locallambda.Observation) bool {
		return o.Kind == locallambda.ExecutionEnded && o.ExecutionARN != outer
	}, "the end of the invoked one")
	invoked <- struct{}{}
	b.endOf(outer)
	events := b.history(outer)
	var kinds []types.EventType
	for _, e := range events {
		kinds = append(kinds, e.EventType)
	}
	want := []types.EventType{"ExecutionStarted", "ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeSucceeded", "InvocationCompleted", "ExecutionSucceeded"}
	if !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	if got := events[1].ChainedInvokeStartedDetails.TenantId; got == nil || *got != "shop-7" {
		t.Error("the tenant is not told")
	}
}

// TestChainedInvoke_EndIsNotLost: an end that the caller has not been told of when the engine ends
// is told by the next one.
func TestChainedInvoke_EndIsNotLost(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lambda.db")
	before := reopen(t, path, begin)
	asked, cut := make(chan struct{}), make(chan struct{})
	before.register("inner", answers)
	before.register("outer", func(r *run) answer {
		u := update(types.OperationTypeChainedInvoke, begins, "1")
		u.ChainedInvokeOptions = &types.ChainedInvokeOptions{FunctionName: ptr("inner:1")}
		r.checkpoint(u)
		close(asked)
		<-r.ctx.Done() // with the engine
		close(cut)
		panic(suspension{})
	})
	outer := before.start("outer")
	before.log.NextOf(t, func(o locallambda.Observation) bool {
		return o.Kind == locallambda.ExecutionEnded && o.ExecutionARN != outer
	}, "the end of the invoked one")
	<-asked // the inner one may end before the checkpoint that began it is answered
	before.must(before.engine.Close())
	<-cut
	after := reopen(t, path, begin)
	after.register("inner", answers)
	after.register("outer", calls("inner:1"))
	if got := after.endOf(outer); got.Payload != "SUCCEEDED" {
		t.Errorf("the operation is %s", got.Payload)
	}
}

// TestChainedInvoke_CallerAsks: a caller that goes on working is told of the end when it asks.
func TestChainedInvoke_CallerAsks(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	invoked := make(chan struct{}, 1)
	b.register("inner", answers)
	b.register("outer", func(r *run) answer {
		u := update(types.OperationTypeChainedInvoke, begins, "1")
		u.ChainedInvokeOptions = &types.ChainedInvokeOptions{FunctionName: ptr("inner:1")}
		r.checkpoint(u)
		<-invoked
		r.checkpoint()
		status := string(r.known["1"].Status)
		return answer{Status: "SUCCEEDED", Result: &status}
	})
	outer := b.start("outer")
	b.log.NextOf(t, func(o locallambda.Observation) bool {
		return o.Kind == locallambda.ExecutionEnded && o.ExecutionARN != outer
	}, "the end of the invoked one")
	invoked <- struct{}{}
	if got := b.endOf(outer); got.Payload != "SUCCEEDED" {
		t.Errorf("the operation is %s", got.Payload)
	}
}

func TestChainedInvoke_CallerEndedBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("outer", calls("inner:1"))
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
	before.register("outer", calls("inner:1"))
	before.register("inner", one(op("1")))
	outer := before.start("outer")
	id := before.bothSuspended().CallbackID
	before.must(before.engine.Close())
	after := reopen(t, path, begin)
	after.register("outer", calls("inner:1"))
	after.register("inner", one(op("1")))
	after.must(after.succeed(id, `1`))
	if got := after.endOf(outer); got.Payload != "SUCCEEDED" {
		t.Errorf("the operation is %s", got.Payload)
	}
}
