package locallambda_test

import (
	"slices"
	"testing"

	"countersign/internal/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The tests of this file are the callback cases of AWS' conformance suite, by their numbers there, at the level of the history.

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

// Case 4-1: create, external success, the result is returned.
func TestConformance_4_1_Success(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", func(r *run) answer {
		r.callback(op("1"))
		return r.result(r.await("1"))
	})
	arn := b.start("f")
	id := b.next(locallambda.CallbackStarted).CallbackID
	b.suspended()
	b.must(b.succeed(id, `{"approved":true}`))
	b.next(locallambda.ExecutionEnded)

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
