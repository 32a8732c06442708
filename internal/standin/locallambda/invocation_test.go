package locallambda_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/wire"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestEnvelope(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	root := s.InitialExecutionState.Operations[0]
	if root.Type != "EXECUTION" || root.Status != "STARTED" || root.ExecutionDetails.InputPayload != `{"order":7}` ||
		root.StartTimestamp != begin.UnixMilli() || s.CheckpointToken == "" || len(s.UpdatedOperationIds) != 0 {
		t.Errorf("first invocation: %+v", s.input)
	}
	u := changed(under("c", update(callback, begins, "1")), func(u *types.OperationUpdate) { u.Name, u.SubType = aws.String("n"), aws.String("Callback") })
	s.must(update(scope, begins, "c"), u)
	id := b.next(locallambda.CallbackStarted).CallbackID
	s.pending()
	b.suspended()
	b.clock.Advance(time.Second)
	b.must(b.succeed(id, `"yes"`))
	next := s.invoked()
	got := next.InitialExecutionState.Operations[2]
	if got.Id != "1" || got.Name != "n" || got.SubType != "Callback" || got.ParentId != "c" || got.Status != "SUCCEEDED" ||
		got.CallbackDetails.CallbackId != id || *got.CallbackDetails.Result != `"yes"` || got.EndTimestamp != begin.Add(time.Second).UnixMilli() {
		t.Errorf("callback in the second invocation: %+v", got)
	}
	if !slices.Equal(next.UpdatedOperationIds, []string{"1"}) {
		t.Errorf("updated operations: %v", next.UpdatedOperationIds)
	}
}

// failures answers an invocation in ways that do not count as an answer.
var failures = map[string]reply{
	"thrown":                  {err: &wire.ErrorObject{ErrorType: "TypeError", ErrorMessage: "x is undefined"}},
	"no JSON":                 {body: `oops`},
	"unknown status":          {body: `{"Status":"DONE"}`},
	"no status":               {body: `{}`},
	"failed with result":      {body: `{"Status":"FAILED","Result":"1"}`},
	"succeeded with error":    {body: `{"Status":"SUCCEEDED","Error":{"ErrorMessage":"x"}}`},
	"pending with nothing to": {body: `{"Status":"PENDING"}`},
	"pending with result":     {body: `{"Status":"PENDING","Result":"1"}`},
	"result is no string":     {body: `{"Status":"SUCCEEDED","Result":{"a":1}}`},
}

func TestInvocation_FailureIsRetried(t *testing.T) {
	t.Parallel()
	for name, bad := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := play(t)
			s.answers <- bad
			problem := b.next(locallambda.InvocationCompleted).Error
			if problem == nil {
				t.Fatal("the invocation counts as good")
			}
			// would be seen as the second invocation's start
			b.clock.Advance(4999 * time.Millisecond)
			b.clock.Advance(time.Millisecond)
			s.invoked().succeed(`1`)
			b.wantEnd("SUCCEEDED")
			events := b.wantHistory(s.DurableExecutionArn, "ExecutionStarted", "InvocationCompleted", "InvocationCompleted", "ExecutionSucceeded")
			if got := events[1].InvocationCompletedDetails; *got.Error.Payload.ErrorMessage != problem.ErrorMessage || *got.RequestId == "" {
				t.Errorf("first invocation: %+v", got)
			}
			if got := events[2].InvocationCompletedDetails; got.Error != nil {
				t.Errorf("second invocation: %+v", got)
			}
			b.wantBegin(s.DurableExecutionArn, 1, 5*time.Second)
		})
	}
}

// wantBegin checks when the n-th invocation, from 0, began.
func (b *bench) wantBegin(arn string, n int, after time.Duration) {
	b.t.Helper()
	for _, e := range b.history(arn) {
		if e.EventType != types.EventTypeInvocationCompleted {
			continue
		}
		if n--; n < 0 {
			if got := e.InvocationCompletedDetails.StartTimestamp.Sub(begin); got != after {
				b.t.Errorf("the invocation began after %v, want %v", got, after)
			}
			return
		}
	}
	b.t.Error("there are not so many invocations")
}

func TestInvocation_GivesUpAfterRetries(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{RetryDelay: time.Minute, Retries: 2})
	p := b.puppet("f")
	arn := b.start("f")
	for range 3 {
		p.invoked().throw(errors.New("no luck"))
		b.next(locallambda.InvocationCompleted)
		b.clock.Advance(time.Minute)
	}
	b.wantEnd("FAILED")
	b.wantHistory(arn, "ExecutionStarted", "InvocationCompleted", "InvocationCompleted", "InvocationCompleted", "ExecutionFailed")
	if got := b.get(arn).Error; *got.ErrorMessage != "no luck" || *got.ErrorType != "errorString" {
		t.Errorf("error: %+v", got)
	}
}

func TestInvocation_SuccessResetsTheFailures(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{Retries: 1})
	p := b.puppet("f")
	b.start("f")
	for i := range 3 {
		p.invoked().throw(errors.New("no luck"))
		b.next(locallambda.InvocationCompleted)
		b.clock.Advance(5 * time.Second)
		s := p.invoked()
		s.must(update(wait, begins, string(rune('a'+i))))
		s.pending()
		b.suspended()
		b.clock.Advance(10 * time.Second)
	}
	p.invoked().succeed(`1`)
	b.wantEnd("SUCCEEDED")
}

// What happens while an invocation runs leads to one more, however much it is.
func TestInvocation_Coalesces(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(callback, begins, "1"), update(callback, begins, "2"), update(callback, begins, "3"))
	for range 2 {
		b.must(b.succeed(b.next(locallambda.CallbackStarted).CallbackID, `1`))
	}
	last := b.next(locallambda.CallbackStarted).CallbackID
	s.pending()
	b.suspended()
	next := s.invoked()
	if !slices.Equal(next.UpdatedOperationIds, []string{"1", "2", "3"}[:2]) {
		t.Errorf("updated operations: %v", next.UpdatedOperationIds)
	}
	next.pending()
	b.suspended()
	b.must(b.succeed(last, `1`))
	s.invoked().succeed(`1`)
	b.wantEnd("SUCCEEDED")
}

// A callback that ends during the pause after a failed invocation does not shorten the pause.
func TestInvocation_WaitsOutTheRetryDelay(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(callback, begins, "1"))
	s.throw(errors.New("no luck"))
	b.next(locallambda.InvocationCompleted)
	for _, o := range b.log.All() {
		if o.Kind == locallambda.CallbackStarted {
			b.must(b.succeed(o.CallbackID, `1`))
		}
	}
	b.clock.Advance(5 * time.Second)
	s.invoked().succeed(`1`)
	b.wantEnd("SUCCEEDED")
	b.wantBegin(s.DurableExecutionArn, 1, 5*time.Second)
}

func TestInvocation_ConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{Concurrency: 2})
	var load gauge
	running, goOn := make(chan struct{}), make(chan struct{})
	b.engine.Register("f", functionFunc(func(context.Context, []byte) ([]byte, error) {
		defer load.enter()()
		running <- struct{}{}
		<-goOn
		return []byte(`{"Status":"SUCCEEDED"}`), nil
	}), versionOne)
	const executions = 9
	for range executions {
		b.start("f")
	}
	<-running
	for range executions - 1 {
		<-running // so two run
		goOn <- struct{}{}
	}
	goOn <- struct{}{}
	for range executions {
		b.wantEnd("SUCCEEDED")
	}
	if load.highest != 2 {
		t.Errorf("%d invocations at a time, want 2", load.highest)
	}
}

// However many callbacks end at whatever time, an execution has one invocation at a time, and none
// of the ends is missed.
func TestInvocation_OneAtATime(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	const callbacks = 30
	var load gauge
	b.register("f", func(r *run) answer {
		defer load.enter()()
		for i := range callbacks {
			r.callback(op(strconv.Itoa(i)))
		}
		for i := range callbacks {
			r.await(strconv.Itoa(i))
		}
		return answer{Status: "SUCCEEDED"}
	})
	b.start("f")
	var calls sync.WaitGroup
	for range callbacks {
		id := b.next(locallambda.CallbackStarted).CallbackID
		calls.Go(func() {
			if err := b.succeed(id, `1`); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	b.wantEnd("SUCCEEDED")
	if load.highest != 1 {
		t.Errorf("%d invocations at a time", load.highest)
	}
}

// gauge counts what runs at the same time.
type gauge struct {
	mu           sync.Mutex
	now, highest int
}

func (g *gauge) enter() (leave func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now++
	g.highest = max(g.highest, g.now)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.now--
	}
}

func TestInvocation_PanicIsAFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.engine.Register("f", functionFunc(func(context.Context, []byte) ([]byte, error) { panic("boom") }), versionOne)
	b.start("f")
	if got := b.next(locallambda.InvocationCompleted).Error; got.ErrorType != "Runtime.Panic" || got.ErrorMessage != "boom" {
		t.Errorf("error: %+v", got)
	}
}

func TestInvocation_TimeoutEndsItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	runs := make(chan struct{})
	b.engine.Register("f", functionFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		runs <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}), locallambda.FunctionConfig{Timeout: 3 * time.Second})
	b.start("f")
	<-runs
	b.clock.Advance(3 * time.Second)
	if got := b.next(locallambda.InvocationCompleted); got.Error == nil || !got.At.Equal(begin.Add(3*time.Second)) {
		t.Errorf("invocation completed: %+v", got)
	}
	b.clock.Advance(5 * time.Second)
	<-runs
}

func TestInvocation_AfterStopLeavesNoEvent(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	b.stop(s.DurableExecutionArn)
	s.succeed(`1`)
	if err := b.engine.Close(); err != nil { // waits for the invocation
		t.Fatal(err)
	}
	for _, o := range b.log.All() {
		if o.Kind == locallambda.InvocationCompleted {
			t.Errorf("observed %+v", o)
		}
	}
}

// A result too large for the answer is checkpointed first.
func TestInvocation_CheckpointedOutcome(t *testing.T) {
	t.Parallel()
	success := changed(update(execution, succeeds, "x"), func(u *types.OperationUpdate) { u.Payload = aws.String(`"big"`) })
	failure := changed(update(execution, fails, "x"), func(u *types.OperationUpdate) { u.Error = rejected })
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		b, s := play(t)
		s.must(success)
		s.succeed(``)
		if got := b.next(locallambda.ExecutionEnded); got.Status != "SUCCEEDED" || got.Payload != `"big"` {
			t.Errorf("ended %+v", got)
		}
	})
	t.Run("failure", func(t *testing.T) {
		t.Parallel()
		b, s := play(t)
		s.must(failure)
		s.answer(`{"Status":"FAILED"}`)
		if got := b.next(locallambda.ExecutionEnded); got.Status != "FAILED" || got.Error.ErrorMessage != "not approved" {
			t.Errorf("ended %+v", got)
		}
	})
	t.Run("contradicted", func(t *testing.T) {
		t.Parallel()
		b, s := play(t)
		s.must(success)
		s.answer(`{"Status":"FAILED"}`)
		if got := b.next(locallambda.InvocationCompleted); got.Error == nil {
			t.Error("the invocation counts as good")
		}
	})
}

func TestFunction_KnowsItsInvocation(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	var got locallambda.Invocation
	var once sync.Once
	b.engine.Register("f", functionFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		once.Do(func() { got, _ = locallambda.InvocationFrom(ctx) })
		return []byte(`{"Status":"SUCCEEDED"}`), nil
	}), versionOne)
	arn := b.start("f")
	b.wantEnd("SUCCEEDED")
	if id := *b.history(arn)[1].InvocationCompletedDetails.RequestId; got != (locallambda.Invocation{Function: "f", Version: "1", RequestID: id, Deadline: begin.Add(15 * time.Minute)}) {
		t.Errorf("invocation %+v, request ID in the history %s", got, id)
	}
}

type functionFunc func(context.Context, []byte) ([]byte, error)

func (f functionFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}
