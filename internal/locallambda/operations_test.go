package locallambda_test

import (
	"errors"
	"testing"

	"countersign/internal/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// unknownARN names an execution that no engine of these tests has.
const unknownARN = "arn:aws:lambda:us-east-1:123456789012:function:f:1/durable-execution/a/b"

// operations are all of the API, each as a call of the SDK. Nothing that they name exists.
func (b *bench) operations() map[string]func() error {
	ctx, arn, id, token, function := b.t.Context(), aws.String(unknownARN), aws.String("AAAA"), aws.String("AAAA"), aws.String("none")
	call := func(_ any, err error) error { return err }
	return map[string]func() error{
		"CheckpointDurableExecution": func() error {
			return call(b.client.CheckpointDurableExecution(ctx, &lambda.CheckpointDurableExecutionInput{DurableExecutionArn: arn, CheckpointToken: token}))
		},
		"GetDurableExecutionState": func() error {
			return call(b.client.GetDurableExecutionState(ctx, &lambda.GetDurableExecutionStateInput{DurableExecutionArn: arn, CheckpointToken: token}))
		},
		"GetDurableExecution": func() error {
			return call(b.client.GetDurableExecution(ctx, &lambda.GetDurableExecutionInput{DurableExecutionArn: arn}))
		},
		"GetDurableExecutionHistory": func() error {
			return call(b.client.GetDurableExecutionHistory(ctx, &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: arn}))
		},
		"StopDurableExecution": func() error {
			return call(b.client.StopDurableExecution(ctx, &lambda.StopDurableExecutionInput{DurableExecutionArn: arn}))
		},
		"ListDurableExecutionsByFunction": func() error {
			return call(b.client.ListDurableExecutionsByFunction(ctx, &lambda.ListDurableExecutionsByFunctionInput{FunctionName: function}))
		},
		"SendDurableExecutionCallbackSuccess": func() error {
			return call(b.client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: id}))
		},
		"SendDurableExecutionCallbackFailure": func() error {
			return call(b.client.SendDurableExecutionCallbackFailure(ctx, &lambda.SendDurableExecutionCallbackFailureInput{CallbackId: id}))
		},
		"SendDurableExecutionCallbackHeartbeat": func() error {
			return call(b.client.SendDurableExecutionCallbackHeartbeat(ctx, &lambda.SendDurableExecutionCallbackHeartbeatInput{CallbackId: id}))
		},
		"Invoke": func() error {
			return call(b.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: function}))
		},
		"ListFunctions": func() error {
			return call(b.client.ListFunctions(ctx, &lambda.ListFunctionsInput{}))
		},
	}
}

// nothingThere is what an operation answers when nothing that it names exists: ListFunctions names nothing.
func nothingThere(t *testing.T, operation string, err error) {
	t.Helper()
	if operation == "ListFunctions" {
		if err != nil {
			t.Errorf("got error %v", err)
		}
		return
	}
	wantError[*types.ResourceNotFoundException](t, err)
}

func TestOperations_NothingThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for operation, call := range b.operations() {
		t.Run(operation, func(t *testing.T) { nothingThere(t, operation, call()) })
	}
}

// TestOperations_EveryFault gets every answered error from every operation, with its code and status.
func TestOperations_EveryFault(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for kind, status := range map[locallambda.FaultKind]int{
		locallambda.FaultThrottled: 429, locallambda.FaultService: 500, locallambda.FaultAccessDenied: 403,
		locallambda.FaultKMSAccessDenied: 502, locallambda.FaultKMSDisabled: 502, locallambda.FaultKMSInvalidState: 502, locallambda.FaultKMSNotFound: 502,
	} {
		for operation, call := range b.operations() {
			t.Run(operation+"/"+string(kind), func(t *testing.T) {
				b.engine.SetFaults(nil, locallambda.Fault{Kind: kind, Operation: operation, Count: 1})
				err := call()
				if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != string(kind) || e.ErrorMessage() == "" {
					t.Errorf("error %v, want %s", err, kind)
				}
				if e, ok := errors.AsType[*smithyhttp.ResponseError](err); !ok || e.HTTPStatusCode() != status {
					t.Errorf("error %v, want status %d", err, status)
				}
			})
		}
	}
}
