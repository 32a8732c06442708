package locallambda_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The tests of this file are the callback cases of AWS' conformance suite, by their numbers there,
// at the level of the history.

var versionOne = locallambda.FunctionConfig{Version: "1"}

// op begins an update of the operation with an ID.
func op(id string) types.OperationUpdate { return types.OperationUpdate{Id: &id} }

// wantHistory compares the types of an execution's events and checks that their IDs count from 1.
func (b *bench) wantHistory(arn string, want ...types.EventType) []types.Event {
	b.t.Helper()
	events := b.history(arn)
	var got []types.EventType
	for i, e := range events {
		got = append(got, e.EventType)
		if *e.EventId != int32(i+1) {
			b.t.Errorf("event %d has the ID %d", i+1, *e.EventId)
		}
	}
	if !slices.Equal(got, want) {
		b.t.Fatalf("history\n got %v\nwant %v", got, want)
	}
	return events
}

// rejected is how an external system says no.
var rejected = &types.ErrorObject{ErrorType: aws.String("Rejected"), ErrorMessage: aws.String("not approved"), ErrorData: aws.String(`{"by":"ann"}`)}

func timeouts(timeout, heartbeat int32) *types.CallbackOptions {
	return &types.CallbackOptions{TimeoutSeconds: timeout, HeartbeatTimeoutSeconds: heartbeat}
}

// one is a program that creates a callback, waits for it, and ends as it did.
func one(u types.OperationUpdate) program {
	return func(r *run) answer {
		r.callback(u)
		return r.result(r.await(*u.Id))
	}
}

// startSuspended starts a program and waits until it hangs on its first callback.
func (b *bench) startSuspended(p program) (arn, callbackID string) {
	b.t.Helper()
	b.register("f", p)
	arn = b.start("f")
	callbackID = b.next(locallambda.CallbackStarted).CallbackID
	b.suspended()
	return arn, callbackID
}

// wantEnd waits for the end of the only execution. What comes for its callbacks afterwards is too
// late, in every dialect; the histories that tests compare next show that it leaves no trace.
func (b *bench) wantEnd(status types.ExecutionStatus) {
	b.t.Helper()
	end := b.next(locallambda.ExecutionEnded)
	if end.Status != string(status) {
		b.t.Fatalf("execution ended as %s, want %s", end.Status, status)
	}
	for id, expired := range b.log.Callbacks(end.ExecutionARN) {
		b.wantClosed(id, expired || status == types.ExecutionStatusTimedOut)
	}
}

// wantClosed wants every late call for a callback to be answered as each dialect has it.
func (b *bench) wantClosed(id string, expired bool) {
	b.t.Helper()
	locallambdatest.WantClosed(b.t, b.engine, b.client, id, expired)
}

func TestConformance_4_1_Success(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(one(op("1")))
	b.must(b.succeed(id, `{"approved":true}`))
	b.wantEnd("SUCCEEDED")

	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted",
		"CallbackSucceeded", "InvocationCompleted", "ExecutionSucceeded")
	if got := events[1]; *got.CallbackStartedDetails.CallbackId != id || *got.Id != "1" || got.Name != nil || got.CallbackStartedDetails.Timeout != nil {
		t.Errorf("started event: %+v, details %+v", got, got.CallbackStartedDetails)
	}
	if got := aws.ToString(events[3].CallbackSucceededDetails.Result.Payload); got != `{"approved":true}` || *events[3].Id != "1" {
		t.Errorf("succeeded event of %q has payload %q", *events[3].Id, got)
	}
	if got := b.get(arn); got.Status != types.ExecutionStatusSucceeded || aws.ToString(got.Result) != `{"approved":true}` {
		t.Errorf("execution %s, result %q", got.Status, aws.ToString(got.Result))
	}
}

func TestConformance_4_2_Name(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.Name = aws.String("approval")
	arn, id := b.startSuspended(one(u))
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
	events := b.history(arn)
	if started, ended := aws.ToString(events[1].Name), aws.ToString(events[3].Name); started != "approval" || ended != "approval" {
		t.Errorf("names: started %q, succeeded %q", started, ended)
	}
}

func TestConformance_4_3_Timeout(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.CallbackOptions = timeouts(5, 0)
	arn, _ := b.startSuspended(one(u))
	b.clock.Advance(5 * time.Second)
	b.wantEnd("FAILED")
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted",
		"CallbackTimedOut", "InvocationCompleted", "ExecutionFailed")
	if got := *events[1].CallbackStartedDetails.Timeout; got != 5 {
		t.Errorf("started with timeout %d", got)
	}
	if got := *events[3].CallbackTimedOutDetails.Error.Payload.ErrorType; got != "Callback.Timeout" {
		t.Errorf("error type %q", got)
	}
	if got := events[3].EventTimestamp.Sub(*events[1].EventTimestamp); got != 5*time.Second {
		t.Errorf("timed out after %v", got)
	}
}

func TestConformance_4_4_HeartbeatTimeout(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.CallbackOptions = timeouts(0, 5)
	arn, _ := b.startSuspended(one(u))
	b.clock.Advance(5 * time.Second)
	b.wantEnd("FAILED")
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted",
		"CallbackTimedOut", "InvocationCompleted", "ExecutionFailed")
	if got := *events[1].CallbackStartedDetails.HeartbeatTimeout; got != 5 {
		t.Errorf("started with heartbeat timeout %d", got)
	}
	if got := *events[3].CallbackTimedOutDetails.Error.Payload.ErrorType; got != "Callback.Heartbeat" {
		t.Errorf("error type %q", got)
	}
}

func TestConformance_4_5_HeartbeatThenSuccess(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	u := op("1")
	u.CallbackOptions = timeouts(0, 5)
	arn, id := b.startSuspended(one(u))
	for range 3 {
		b.clock.Advance(4 * time.Second)
		b.must(b.heartbeat(id))
	}
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
	b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted",
		"CallbackSucceeded", "InvocationCompleted", "ExecutionSucceeded")
}

func TestConformance_4_6_Failure(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(one(op("1")))
	b.must(b.fail(id, rejected))
	b.wantEnd("FAILED")
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted",
		"CallbackFailed", "InvocationCompleted", "ExecutionFailed")
	got := events[3].CallbackFailedDetails.Error.Payload
	if *got.ErrorType != "Rejected" || *got.ErrorMessage != "not approved" || *got.ErrorData != `{"by":"ann"}` {
		t.Errorf("callback's error: %+v", got)
	}
	if got := *events[5].ExecutionFailedDetails.Error.Payload.ErrorMessage; got != "not approved" {
		t.Errorf("execution's error: %q", got)
	}
}

// stepBeside is a program with a callback, a step, and then the wait for the callback.
func stepBeside(options *types.CallbackOptions) program {
	return func(r *run) answer {
		u := op("1")
		u.CallbackOptions = options
		r.callback(u)
		r.step(op("2"), func() string { return `"mailed"` })
		return r.result(r.await("1"))
	}
}

func TestConformance_4_7_StepThenFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(stepBeside(nil))
	b.must(b.fail(id, rejected))
	b.wantEnd("FAILED")
	events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "StepStarted", "StepSucceeded", "InvocationCompleted",
		"CallbackFailed", "InvocationCompleted", "ExecutionFailed")
	if got := events[3].StepSucceededDetails; *got.Result.Payload != `"mailed"` || got.RetryDetails.CurrentAttempt != 1 {
		t.Errorf("step: %q at attempt %d", *got.Result.Payload, got.RetryDetails.CurrentAttempt)
	}
}

func TestConformance_4_8_StepThenTimeout(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, _ := b.startSuspended(stepBeside(timeouts(3, 0)))
	b.clock.Advance(3 * time.Second)
	b.wantEnd("FAILED")
	b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "StepStarted", "StepSucceeded", "InvocationCompleted",
		"CallbackTimedOut", "InvocationCompleted", "ExecutionFailed")
}

// Cases 4-9 to 4-11: the callback ends during a durable wait. That is one more invocation, which
// suspends again.
func TestConformance_4_9_to_11_EndsDuringWait(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end  func(b *bench, id string)
		want types.EventType
		last types.EventType
	}{
		"4-9 success":  {func(b *bench, id string) { b.must(b.succeed(id, `1`)) }, "CallbackSucceeded", "ExecutionSucceeded"},
		"4-10 failure": {func(b *bench, id string) { b.must(b.fail(id, rejected)) }, "CallbackFailed", "ExecutionFailed"},
		"4-11 timeout": {func(b *bench, _ string) { b.clock.Advance(3 * time.Second) }, "CallbackTimedOut", "ExecutionFailed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, id := b.startSuspended(func(r *run) answer {
				u := op("1")
				u.CallbackOptions = timeouts(3, 0)
				r.callback(u)
				r.wait("2", 10*time.Second)
				return r.result(r.await("1"))
			})
			c.end(b, id)
			b.suspended()
			b.clock.Advance(10 * time.Second)
			b.next(locallambda.ExecutionEnded)
			events := b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "WaitStarted", "InvocationCompleted",
				c.want, "InvocationCompleted", "WaitSucceeded", "InvocationCompleted", c.last)
			if got := events[6].WaitSucceededDetails; *got.Duration != 10 {
				t.Errorf("waited %d seconds", *got.Duration)
			}
		})
	}
}

// Cases 4-12 to 4-14: the callback ends, however it does, the program goes on to a wait, and
// succeeds in a third invocation.
func TestConformance_4_12_to_14_WaitAfterEnd(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end  func(b *bench, id string)
		want types.EventType
	}{
		"4-12 success":        {func(b *bench, id string) { b.must(b.succeed(id, `1`)) }, "CallbackSucceeded"},
		"4-13 failure caught": {func(b *bench, id string) { b.must(b.fail(id, rejected)) }, "CallbackFailed"},
		"4-14 timeout caught": {func(b *bench, _ string) { b.clock.Advance(3 * time.Second) }, "CallbackTimedOut"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, id := b.startSuspended(func(r *run) answer {
				u := op("1")
				u.CallbackOptions = timeouts(3, 0)
				r.callback(u)
				status := string(r.await("1").Status)
				r.wait("2", time.Second)
				return answer{Status: "SUCCEEDED", Result: &status}
			})
			c.end(b, id)
			b.suspended()
			b.clock.Advance(time.Second)
			b.wantEnd("SUCCEEDED")
			b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted", c.want, "WaitStarted",
				"InvocationCompleted", "WaitSucceeded", "InvocationCompleted", "ExecutionSucceeded")
		})
	}
}

// Cases 4-15 and 4-16: the engine hands the bytes of the result on as they are, whatever the
// function makes of them.
func TestConformance_4_15_and_16_ResultBytes(t *testing.T) {
	t.Parallel()
	for _, result := range []string{`{"at":"2026-11-22T09:30:00Z"}`, `42`, `yes`, `"é\n"`} {
		t.Run(result, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, id := b.startSuspended(one(op("1")))
			b.must(b.succeed(id, result))
			b.wantEnd("SUCCEEDED")
			if got := aws.ToString(b.get(arn).Result); got != result {
				t.Errorf("result %q", got)
			}
		})
	}
}

func TestConformance_4_17_TwoInSequence(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, first := b.startSuspended(func(r *run) answer {
		r.callback(op("1"))
		r.await("1")
		r.callback(op("2"))
		return r.result(r.await("2"))
	})
	b.must(b.succeed(first, `1`))
	second := b.next(locallambda.CallbackStarted).CallbackID
	b.suspended()
	b.must(b.succeed(second, `2`))
	b.wantEnd("SUCCEEDED")
	b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "CallbackSucceeded", "CallbackStarted",
		"InvocationCompleted", "CallbackSucceeded", "InvocationCompleted", "ExecutionSucceeded")
}

// Cases 4-18 and 4-19: two callbacks are open; each completion is an invocation of its own, in
// either order.
func TestConformance_4_18_and_19_TwoAtOnce(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]int{"4-18 in order": {0, 1}, "4-19 in reverse": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.register("f", func(r *run) answer {
				r.callback(op("1"))
				r.callback(op("2"))
				r.await("1")
				return r.result(r.await("2"))
			})
			arn := b.start("f")
			ids := []string{b.next(locallambda.CallbackStarted).CallbackID, b.next(locallambda.CallbackStarted).CallbackID}
			b.suspended()
			b.must(b.succeed(ids[order[0]], `1`))
			b.suspended()
			b.must(b.succeed(ids[order[1]], `2`))
			b.wantEnd("SUCCEEDED")
			b.wantHistory(arn, "ExecutionStarted", "CallbackStarted", "CallbackStarted", "InvocationCompleted", "CallbackSucceeded",
				"InvocationCompleted", "CallbackSucceeded", "InvocationCompleted", "ExecutionSucceeded")
		})
	}
}
