package locallambda_test

import (
	"errors"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// arguments are what calls of all operations name.
type arguments struct{ arn, callbackID, executionName, marker string }

// unknown names what no engine of these tests has, malformed what none could have.
var (
	unknown   = arguments{arn: "arn:aws:lambda:us-east-1:123456789012:function:f:1/durable-execution/a/b", callbackID: "AAAA", executionName: "order-7"}
	malformed = arguments{arn: "arn:aws:nonsense", callbackID: "no base64", executionName: "order 7", marker: "x"}
)

// operations are all of the API, each as a call of the SDK.
func (b *bench) operations(a arguments) map[string]func() error {
	ctx, arn, id, token, function := b.t.Context(), &a.arn, &a.callbackID, aws.String("AAAA"), aws.String("none")
	var marker *string
	if a.marker != "" {
		marker = &a.marker
	}
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
			return call(b.client.ListDurableExecutionsByFunction(ctx, &lambda.ListDurableExecutionsByFunctionInput{FunctionName: function, Marker: marker}))
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
			return call(b.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: function, DurableExecutionName: &a.executionName}))
		},
		"ListFunctions": func() error {
			return call(b.client.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: marker}))
		},
	}
}

// nothingThere is what an operation answers when nothing that it names exists: ListFunctions names
// nothing.
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
	for operation, call := range b.operations(unknown) {
		t.Run(operation, func(t *testing.T) { nothingThere(t, operation, call()) })
	}
}

func TestOperations_Malformed(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for operation, call := range b.operations(malformed) {
		t.Run(operation, func(t *testing.T) { wantError[*types.InvalidParameterValueException](t, call()) })
	}
}

// TestOperations_EveryFault gets every answered error from every operation, with its code and
// status.
func TestOperations_EveryFault(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for kind, status := range map[fault.Kind]int{
		fault.Throttled: 429, fault.Service: 500, fault.AccessDenied: 403,
		fault.KMSAccessDenied: 502, fault.KMSDisabled: 502, fault.KMSInvalidState: 502, fault.KMSNotFound: 502,
	} {
		for operation, call := range b.operations(unknown) {
			t.Run(operation+"/"+string(kind), func(t *testing.T) {
				b.engine.SetFaults(nil, fault.Fault{Kind: kind, Operation: operation, Count: 1})
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
