package locallambda_test

import (
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The cases of waitForCallback: a context around a callback and the step that submits its ID.

// waitOne is a program that is nothing but a waitForCallback.
func waitOne(name string, options *types.CallbackOptions, submit func(string) bool) program {
	return func(r *run) answer { return contextResult(r.waitForCallback("1", name, options, submit)) }
}

// submission is how each history of this file begins.
var submission = []types.EventType{"ExecutionStarted", "ContextStarted", "CallbackStarted", "StepStarted", "StepSucceeded", "InvocationCompleted"}

func afterSubmission(more ...types.EventType) []types.EventType {
	return append(submission[:len(submission):len(submission)], more...)
}

func TestConformance_7_1_to_3_Success(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]string{"7-1, 7-2 named": "approval", "7-3 anonymous": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, id := b.startSuspended(waitOne(given, nil, submitted))
			b.must(b.succeed(id, `{"approved":true}`))
			b.wantEnd("SUCCEEDED")
			events := b.wantHistory(arn, afterSubmission("CallbackSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded")...)
			if got := events[1]; aws.ToString(got.Name) != given || *got.SubType != "WaitForCallback" {
				t.Errorf("context: name %q, subtype %q", aws.ToString(got.Name), *got.SubType)
			}
			if got := events[2]; *got.ParentId != "1" || got.Name != nil {
				t.Errorf("callback: parent %q, name %q", *got.ParentId, aws.ToString(got.Name))
			}
			if got := *events[7].ContextSucceededDetails.Result.Payload; got != `{"approved":true}` {
				t.Errorf("context's result %q", got)
			}
		})
	}
}

func TestConformance_7_4_Failure(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("approval", nil, submitted))
	b.must(b.fail(id, rejected))
	b.wantEnd("FAILED")
	b.wantHistory(arn, afterSubmission("CallbackFailed", "ContextFailed", "InvocationCompleted", "ExecutionFailed")...)
}

// Cases 7-5 and 7-12: one of the clocks runs out.
func TestConformance_7_5_and_12_TimedOut(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]*types.CallbackOptions{"Callback.Timeout": timeouts(3, 0), "Callback.Heartbeat": timeouts(60, 3)} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, _ := b.startSuspended(waitOne("", options, submitted))
			b.clock.Advance(3 * time.Second)
			b.wantEnd("FAILED")
			events := b.wantHistory(arn, afterSubmission("CallbackTimedOut", "ContextFailed", "InvocationCompleted", "ExecutionFailed")...)
			if got := *events[6].CallbackTimedOutDetails.Error.Payload.ErrorType; got != want {
				t.Errorf("error type %q", got)
			}
		})
	}
}

// Cases 7-6 and 7-14: the program catches what its context failed with.
func TestConformance_7_6_and_14_Caught(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end  func(b *bench, id string)
		want types.EventType
	}{
		"7-6 failure":  {func(b *bench, id string) { b.must(b.fail(id, rejected)) }, "CallbackFailed"},
		"7-14 timeout": {func(b *bench, _ string) { b.clock.Advance(3 * time.Second) }, "CallbackTimedOut"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			arn, id := b.startSuspended(func(r *run) answer {
				r.waitForCallback("1", "", timeouts(3, 0), submitted)
				return answer{Status: "SUCCEEDED", Result: aws.String(`"caught"`)}
			})
			c.end(b, id)
			b.wantEnd("SUCCEEDED")
			b.wantHistory(arn, afterSubmission(c.want, "ContextFailed", "InvocationCompleted", "ExecutionSucceeded")...)
		})
	}
}

func TestConformance_7_7_SubmitterFails(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("", nil, func(string) bool { return false }))
	b.clock.Advance(time.Second)
	b.suspended()
	b.clock.Advance(time.Second)
	b.wantEnd("FAILED")
	events := b.wantHistory(arn, "ExecutionStarted", "ContextStarted", "CallbackStarted",
		"StepStarted", "StepFailed", "InvocationCompleted", "StepStarted", "StepFailed", "InvocationCompleted",
		"StepStarted", "StepFailed", "ContextFailed", "InvocationCompleted", "ExecutionFailed")
	for attempt, i := range []int{4, 7, 10} {
		got := events[i].StepFailedDetails.RetryDetails
		if got.CurrentAttempt != int32(attempt+1) || (got.NextAttemptDelaySeconds != nil) != (attempt < 2) {
			t.Errorf("event %d: %+v", i+1, got)
		}
	}
	b.wantClosed(id, false)
}

func TestConformance_7_8_InChildContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(func(r *run) answer {
		child := types.OperationUpdate{Id: aws.String("0"), Type: types.OperationTypeContext, SubType: aws.String("RunInChildContext")}
		if _, ok := r.known["0"]; !ok {
			r.checkpoint(with(child, types.OperationActionStart))
		}
		u := op("1")
		u.ParentId = aws.String("0")
		r.callback(u)
		done := r.await("1")
		return contextResult(r.close(child, done.CallbackDetails.Result, done.CallbackDetails.Error))
	})
	b.must(b.succeed(id, `"ok"`))
	b.wantEnd("SUCCEEDED")
	events := b.wantHistory(arn, "ExecutionStarted", "ContextStarted", "CallbackStarted", "InvocationCompleted", "CallbackSucceeded",
		"ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded")
	if *events[2].ParentId != "0" || *events[4].ParentId != "0" {
		t.Errorf("parents: %q, %q", *events[2].ParentId, *events[4].ParentId)
	}
}

func TestConformance_7_9_TwoInSequence(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, first := b.startSuspended(func(r *run) answer {
		r.waitForCallback("1", "", nil, submitted)
		return contextResult(r.waitForCallback("2", "", nil, submitted))
	})
	b.must(b.succeed(first, `1`))
	second := b.next(locallambda.CallbackStarted).CallbackID
	b.suspended()
	b.must(b.succeed(second, `2`))
	if got := b.next(locallambda.ExecutionEnded); got.Payload != `2` {
		t.Errorf("result %q", got.Payload)
	}
}

func TestConformance_7_10_WithWaitAndStep(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", func(r *run) answer {
		r.wait("0", 2*time.Second)
		r.step(op("1"), func() string { return `1` })
		return contextResult(r.waitForCallback("2", "", nil, submitted))
	})
	arn := b.start("f")
	b.suspended()
	b.clock.Advance(2 * time.Second)
	id := b.next(locallambda.CallbackStarted).CallbackID
	b.suspended()
	b.must(b.succeed(id, `"done"`))
	b.wantEnd("SUCCEEDED")
	b.wantHistory(arn, "ExecutionStarted", "WaitStarted", "InvocationCompleted", "WaitSucceeded", "StepStarted", "StepSucceeded",
		"ContextStarted", "CallbackStarted", "StepStarted", "StepSucceeded", "InvocationCompleted",
		"CallbackSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded")
}

func TestConformance_7_13_HeartbeatThenSuccess(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("", timeouts(60, 5), submitted))
	b.clock.Advance(4 * time.Second)
	b.must(b.heartbeat(id))
	b.clock.Advance(4 * time.Second)
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
	b.wantHistory(arn, afterSubmission("CallbackSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded")...)
}

func TestConformance_7_15_NoPayload(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("", nil, submitted))
	b.must(b.succeed(id, ""))
	b.wantEnd("SUCCEEDED")
	events := b.history(arn)
	if got := events[6].CallbackSucceededDetails.Result; got.Payload != nil {
		t.Errorf("payload %q, want none", *got.Payload)
	}
	if got := b.get(arn).Result; got != nil {
		t.Errorf("result %q, want none", *got)
	}
}
