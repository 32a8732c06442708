package locallambda

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"countersign/internal/standin/locallambda/timers"
	"countersign/internal/standin/locallambda/wire"
)

// Invocation describes the invocation of an in-process [Function].
type Invocation struct {
	Function  string
	Version   string
	RequestID string
	Deadline  time.Time // when the engine gives up on it, by the engine's clock
}

type invocationKey struct{}

// InvocationFrom returns the invocation to which a function's context belongs.
func InvocationFrom(ctx context.Context) (Invocation, bool) {
	i, ok := ctx.Value(invocationKey{}).(Invocation)
	return i, ok
}

// invocation is a run of a function for one execution.
type invocation struct {
	Invocation
	execution *execution
	function  *function
	startedAt time.Time
	cancel    context.CancelFunc
	overtime  *timers.Alarm
}

// envelope is the payload of an invocation: the durable invocation format.
type envelope struct {
	DurableExecutionARN   string       `json:"DurableExecutionArn"`
	CheckpointToken       string       `json:"CheckpointToken"`
	InitialExecutionState initialState `json:"InitialExecutionState"`
	UpdatedOperationIDs   []string     `json:"UpdatedOperationIds"`
}

// initialState is the first page of the state; the function reads the other pages with
// GetDurableExecutionState.
type initialState struct {
	Operations []wireOperation[wire.EpochMillis] `json:"Operations"`
	NextMarker string                            `json:"NextMarker"`
}

// wake makes sure that an invocation begins after this moment. Several calls cause only one
// invocation.
func (x *execution) wake() {
	x.woken = true
	x.suspended = false
	x.enqueue()
	x.saveLater(nil)
}

// enqueue queues the execution, unless it is queued already, runs, waits for a retry or has nothing
// to do.
func (x *execution) enqueue() {
	if x.status != running || x.suspended || x.queued || x.invocation != nil || x.retry != nil {
		return
	}
	x.queued = true
	x.engine.ready = append(x.engine.ready, x)
}

// startReady begins as many invocations as the concurrency allows.
func (e *Engine) startReady(now time.Time) {
	for e.invoking < e.config.Concurrency && len(e.ready) > 0 {
		x := e.ready[0]
		e.ready[0] = nil
		e.ready = e.ready[1:]
		x.queued = false
		// An execution that was loaded before its function was registered is queued again by
		// Register.
		if f := e.functions[x.function]; f != nil && x.status == running {
			x.invoke(f, now)
		}
	}
}

// invoke begins an invocation in a goroutine of its own.
func (x *execution) invoke(f *function, now time.Time) {
	e := x.engine
	ctx, cancel := context.WithCancel(e.context)
	i := &invocation{
		Invocation: Invocation{Function: f.name, Version: x.version, RequestID: wire.NewUUID(), Deadline: now.Add(f.config.Timeout)},
		execution:  x, function: f, startedAt: now, cancel: cancel,
	}
	i.overtime = e.alarms.Set(i.Deadline, func(time.Time) { cancel() })
	x.invocation = i
	x.woken = false
	input := x.envelope()
	e.invoking++
	e.group.Go(func() { i.run(ctx, input) })
}

// envelope takes a new checkpoint token, which invalidates that of any earlier invocation.
func (x *execution) envelope() envelope {
	updated := []string{}
	for _, op := range x.operations {
		if op.revision > x.seen && !op.hidden() {
			updated = append(updated, op.id)
		}
	}
	x.seen = x.revision
	x.checkpoints = checkpoints{token: newToken()}
	operations, next := page[wire.EpochMillis](x, 0, wire.DefaultPage)
	return envelope{
		DurableExecutionARN: x.arn, CheckpointToken: x.token,
		InitialExecutionState: initialState{Operations: operations, NextMarker: next},
		UpdatedOperationIDs:   updated,
	}
}

// run invokes the function and reports its answer.
func (i *invocation) run(ctx context.Context, input envelope) {
	defer i.cancel()
	ctx = context.WithValue(ctx, invocationKey{}, i.Invocation)
	answer, err := i.call(ctx, input)
	_ = i.execution.engine.update(func(now time.Time) error { // fails only if the engine is closed
		i.finish(now, answer, err)
		return nil
	})
}

// call turns a panic of the function into an error, as Lambda's runtime does.
func (i *invocation) call(ctx context.Context, input envelope) (answer []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			i.execution.engine.config.Logger.Error("function panicked", "function", i.Function, "panic", r, "stack", string(debug.Stack()))
			err = &wire.ErrorObject{ErrorType: "Runtime.Panic", ErrorMessage: fmt.Sprint(r)}
		}
	}()
	payload, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	return i.function.code.Invoke(ctx, payload)
}

// finish handles the invocation's answer. An execution that has ended meanwhile (stopped, timed
// out) records no more events.
func (i *invocation) finish(now time.Time, answer []byte, err error) {
	x := i.execution
	e := x.engine
	e.invoking--
	e.alarms.Cancel(i.overtime)
	x.invocation = nil
	if x.status != running {
		return
	}
	x.replies = nil // the client that could repeat a request is gone
	outcome, problem := x.outcome(answer, err)
	x.record(now, invocationCompleted, nil, invocationEnd{
		StartTimestamp: wire.EpochSeconds(i.startedAt), EndTimestamp: wire.EpochSeconds(now), RequestID: i.RequestID, Error: problem.failure(),
	})
	e.observe(Observation{Kind: InvocationCompleted, Status: outcome.Status, Error: problem.object()}, now, x, nil)
	if outcome.Status == outcomePending || problem != nil {
		x.takeArrived(now)
	}
	switch {
	case problem != nil:
		x.retryInvocation(now, problem)
	case outcome.Status == outcomePending:
		x.suspend()
	case outcome.Status == outcomeSucceeded:
		x.end(now, succeeded, outcome.Result, nil)
	default:
		x.end(now, failed, nil, outcome.Error)
	}
}

// suspend ends a successful invocation that waits. Events that came while it ran may have been too
// late for it, so they cause another invocation: one too many is better than an execution that
// never wakes.
func (x *execution) suspend() {
	x.failures = 0
	x.suspended = !x.woken
	x.enqueue()
	x.saveLater(nil)
}

// retryInvocation invokes again after a pause, or fails the execution after too many failed
// invocations.
func (x *execution) retryInvocation(now time.Time, problem *problem) {
	e := x.engine
	e.config.Logger.Warn("invocation failed", "execution", x.arn, "failures", x.failures+1, "error", problem)
	x.failures++
	if x.failures > e.config.Retries {
		x.end(now, failed, nil, problem.object())
		return
	}
	x.saveLater(nil)
	// An event during the pause does not shorten it, because that would hammer a broken function.
	x.retry = e.alarms.Set(now.Add(e.config.RetryDelay), func(time.Time) {
		x.retry = nil
		x.enqueue()
	})
}
