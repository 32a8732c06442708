package locallambda_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// play starts an execution of a puppet and gives its first invocation.
func play(t *testing.T) (*bench, *scene) {
	t.Helper()
	b := newBench(t, locallambda.Config{})
	p := b.puppet("f")
	b.start("f")
	return b, p.invoked()
}

func TestCheckpoint_TokenIsForOneUse(t *testing.T) {
	t.Parallel()
	_, s := play(t)
	first := s.CheckpointToken
	s.must(update(step, begins, "1"))
	for name, token := range map[string]string{"used": first, "foreign": "bm90IGEgdG9rZW4="} {
		t.Run(name, func(t *testing.T) {
			_, err := s.send(&lambda.CheckpointDurableExecutionInput{CheckpointToken: &token})
			wantError[*types.InvalidParameterValueException](t, err)
		})
	}
	s.must(update(step, succeeds, "1"))
}

func TestCheckpoint_TokenEndsWithTheNextInvocation(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(callback, begins, "1"))
	id := b.next(locallambda.CallbackStarted).CallbackID
	s.pending()
	b.suspended()
	b.must(b.succeed(id, `1`))
	next := s.invoked()
	_, err := s.checkpoint(update(step, begins, "2"))
	wantError[*types.InvalidParameterValueException](t, err)
	next.must(update(step, begins, "2"))
}

func TestCheckpoint_TokenEndsWithTheExecution(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	b.stop(s.DurableExecutionArn)
	_, err := s.checkpoint(update(step, begins, "1"))
	wantError[*types.InvalidParameterValueException](t, err)
}

func TestCheckpoint_ClientTokenRepeatsTheAnswer(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	in := func() *lambda.CheckpointDurableExecutionInput {
		return &lambda.CheckpointDurableExecutionInput{CheckpointToken: &s.CheckpointToken, ClientToken: aws.String("once"),
			Updates: []types.OperationUpdate{update(callback, begins, "1")}}
	}
	first, err := s.send(in())
	b.must(err)
	again, err := s.send(in())
	b.must(err)
	if *first.CheckpointToken != *again.CheckpointToken ||
		*first.NewExecutionState.Operations[0].CallbackDetails.CallbackId != *again.NewExecutionState.Operations[0].CallbackDetails.CallbackId {
		t.Error("the repeated request got another answer")
	}
	other := in()
	other.Updates = nil
	_, err = s.send(other)
	wantError[*types.InvalidParameterValueException](t, err)

	b.clock.Advance(15 * time.Minute) // the invocation is over by then, and with it the token
	_, err = s.send(in())
	wantError[*types.InvalidParameterValueException](t, err)
}

func TestCheckpoint_UnknownExecution(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	for arn, want := range map[string]func(error){
		strings.Replace(s.DurableExecutionArn, "/durable-execution/", "/durable-execution/x", 1): func(err error) { wantError[*types.ResourceNotFoundException](t, err) },
		"arn:aws:nonsense": func(err error) { wantError[*types.InvalidParameterValueException](t, err) },
	} {
		_, err := b.client.CheckpointDurableExecution(t.Context(), &lambda.CheckpointDurableExecutionInput{DurableExecutionArn: &arn, CheckpointToken: &s.CheckpointToken})
		want(err)
	}
}

func TestCheckpoint_AnswersWithWhatChanged(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	ids := func(ops []types.Operation) (out []string) {
		for _, op := range ops {
			out = append(out, *op.Id+" "+string(op.Status))
		}
		return out
	}
	if got := ids(s.must(update(callback, begins, "1"), update(step, begins, "2"))); !slices.Equal(got, []string{"1 STARTED", "2 STARTED"}) {
		t.Errorf("new operations: %v", got)
	}
	if got := ids(s.must()); len(got) != 0 {
		t.Errorf("nothing changed, but got %v", got)
	}
	b.must(b.succeed(b.next(locallambda.CallbackStarted).CallbackID, `"yes"`))
	got := s.must(update(step, succeeds, "2"))
	if !slices.Equal(ids(got), []string{"1 SUCCEEDED", "2 SUCCEEDED"}) || *got[0].CallbackDetails.Result != `"yes"` {
		t.Errorf("after the callback: %v", ids(got))
	}
}

func TestCheckpoint_IsAtomic(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	_, err := s.checkpoint(update(step, begins, "1"), update(callback, succeeds, "2"))
	wantError[*types.InvalidParameterValueException](t, err)
	if ids, _ := s.state(10); len(ids) != 1 {
		t.Errorf("operations after a refused checkpoint: %v", ids)
	}
	if got := b.history(s.DurableExecutionArn); len(got) != 1 {
		t.Errorf("%d events after a refused checkpoint", len(got))
	}
	s.must(update(step, begins, "1")) // and the token is still good
}

func TestStep_RetryBecomesReady(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(step, begins, "1"))
	retry := update(step, retries, "1")
	retry.Error = &types.ErrorObject{ErrorMessage: aws.String("flaky")}
	got := s.must(retry)[0]
	if got.Status != types.OperationStatusPending || got.StepDetails.Attempt != 1 || !got.StepDetails.NextAttemptTimestamp.Equal(begin.Add(5*time.Second)) {
		t.Errorf("after RETRY: %s, %+v", got.Status, got.StepDetails)
	}
	s.pending()
	b.suspended()
	b.clock.Advance(5 * time.Second)
	next := s.invoked()
	if ready := next.InitialExecutionState.Operations[1]; ready.Status != "READY" || ready.StepDetails.Attempt != 1 {
		t.Errorf("second invocation gets %s", ready.Status)
	}
	if !slices.Equal(next.UpdatedOperationIds, []string{"1"}) {
		t.Errorf("updated operations: %v", next.UpdatedOperationIds)
	}
	next.must(update(step, begins, "1"))
	next.must(update(step, succeeds, "1"))
	next.succeed(`"ok"`)
	b.wantEnd("SUCCEEDED")
	events := b.wantHistory(s.DurableExecutionArn, "ExecutionStarted", "StepStarted", "StepFailed", "InvocationCompleted",
		"StepStarted", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded")
	if got := events[5].StepSucceededDetails.RetryDetails.CurrentAttempt; got != 2 {
		t.Errorf("succeeded at attempt %d", got)
	}
}

// A retry with a payload is how the SDKs poll for a condition: the state is kept for the next
// attempt.
func TestStep_RetryKeepsThePayload(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(step, begins, "1"))
	retry := update(step, retries, "1")
	retry.Payload = aws.String(`{"polls":1}`)
	s.must(retry)
	s.pending()
	b.suspended()
	b.clock.Advance(5 * time.Second)
	if got := s.invoked().InitialExecutionState.Operations[1].StepDetails; got.Result == nil || *got.Result != `{"polls":1}` {
		t.Errorf("step of the second invocation: %+v", got)
	}
}

func TestWait_Cancel(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(wait, begins, "1"))
	if got := s.must(update(wait, cancels, "1"))[0].Status; got != types.OperationStatusCancelled {
		t.Errorf("wait is %s", got)
	}
	b.clock.Advance(time.Minute) // the cancelled wait never ends by itself
	s.succeed(`1`)
	b.wantEnd("SUCCEEDED")
	b.wantHistory(s.DurableExecutionArn, "ExecutionStarted", "WaitStarted", "WaitCancelled", "InvocationCompleted", "ExecutionSucceeded")
}

func TestState_LeavesOutChildrenOfCompletedContexts(t *testing.T) {
	t.Parallel()
	_, s := play(t)
	root := s.InitialExecutionState.Operations[0].Id
	keep := update(scope, succeeds, "keep")
	keep.ContextOptions = &types.ContextOptions{ReplayChildren: aws.Bool(true)}
	s.must(update(scope, begins, "drop"), under("drop", update(scope, begins, "drop-1")), under("drop-1", update(step, begins, "drop-1-1")),
		update(scope, begins, "keep"), under("keep", update(step, begins, "keep-1")), update(scope, begins, "open"), under("open", update(step, begins, "open-1")))
	s.must(update(scope, succeeds, "drop"), keep)
	ids, pages := s.state(2)
	if want := []string{root, "drop", "keep", "keep-1", "open", "open-1"}; !slices.Equal(ids, want) || pages != 3 {
		t.Errorf("state %v in %d pages, want %v in 3", ids, pages, want)
	}
}

func TestState_EnvelopeHasTheFirstPage(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	var updates []types.OperationUpdate
	for i := range 250 {
		updates = append(updates, update(step, succeeds, fmt.Sprintf("s%d", i)))
	}
	s.must(append(updates, update(wait, begins, "w"))...)
	s.pending()
	b.suspended()
	b.clock.Advance(10 * time.Second)
	next := s.invoked()
	first := next.InitialExecutionState
	out, err := b.client.GetDurableExecutionState(t.Context(), &lambda.GetDurableExecutionStateInput{
		DurableExecutionArn: &next.DurableExecutionArn, CheckpointToken: &next.CheckpointToken, Marker: &first.NextMarker, MaxItems: 1000,
	})
	b.must(err)
	if n := len(first.Operations) + len(out.Operations); n != 252 || first.NextMarker == "" || out.NextMarker != nil {
		t.Errorf("%d operations, markers %q and %v", n, first.NextMarker, out.NextMarker)
	}
	if got := out.Operations[len(out.Operations)-1]; got.WaitDetails == nil || got.Status != types.OperationStatusSucceeded {
		t.Errorf("last operation: %+v", got)
	}
}

func TestState_Errors(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	for name, in := range map[string]*lambda.GetDurableExecutionStateInput{
		"wrong token":  {CheckpointToken: aws.String("x")},
		"wrong marker": {CheckpointToken: &s.CheckpointToken, Marker: aws.String("x")},
		"far marker":   {CheckpointToken: &s.CheckpointToken, Marker: aws.String("9")},
		"large page":   {CheckpointToken: &s.CheckpointToken, MaxItems: 1001},
	} {
		t.Run(name, func(t *testing.T) {
			in.DurableExecutionArn = &s.DurableExecutionArn
			_, err := b.client.GetDurableExecutionState(t.Context(), in)
			wantError[*types.InvalidParameterValueException](t, err)
		})
	}
}
