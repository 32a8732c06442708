package locallambda_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// retrying gives a client the SDK's usual three attempts, without the pauses.
func retrying(o *lambda.Options) {
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
}

const success = "SendDurableExecutionCallbackSuccess"

func TestFault_AnsweredErrors(t *testing.T) {
	t.Parallel()
	cases := map[fault.Kind]struct {
		status int
		check  func(*testing.T, error)
	}{
		fault.Throttled:       {429, wantError[*types.TooManyRequestsException]},
		fault.Service:         {500, wantError[*types.ServiceException]},
		fault.KMSAccessDenied: {502, wantError[*types.KMSAccessDeniedException]},
		fault.KMSDisabled:     {502, wantError[*types.KMSDisabledException]},
		fault.KMSInvalidState: {502, wantError[*types.KMSInvalidStateException]},
		fault.KMSNotFound:     {502, wantError[*types.KMSNotFoundException]},
		fault.AccessDenied: {403, func(t *testing.T, err error) {
			if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "AccessDeniedException" {
				t.Errorf("error %v", err)
			}
		}},
	}
	for kind, c := range cases {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			_, id := b.openCallback(nil)
			b.engine.SetFaults(nil, fault.Fault{Kind: kind, Operation: success, Count: 1, RetryAfter: 1500 * time.Millisecond})
			err := b.succeed(id, `1`)
			c.check(t, err)
			if e, ok := errors.AsType[*smithyhttp.ResponseError](err); !ok || e.HTTPStatusCode() != c.status {
				t.Errorf("error %v, want status %d", err, c.status)
			}
			b.must(b.succeed(id, `1`)) // the work was not done, and the fault is used up
		})
	}
}

func TestFault_ThrottledSaysWhenAndWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, RetryAfter: 1500 * time.Millisecond})
	_, err := b.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if e, ok := errors.AsType[*types.TooManyRequestsException](err); !ok || *e.RetryAfterSeconds != "2" || e.Reason != types.ThrottleReasonCallerRateLimitExceeded {
		t.Errorf("error %+v", err)
	}
}

func TestFault_AnswerLostAfterTheWork(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.AnswerLost, Operation: success, Count: 1})
	if err := b.succeed(id, `1`); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want a closed connection", err)
	}
	b.wantEnd("SUCCEEDED")
}

// The SDK's own retry hides a lost answer and turns the success into "closed".
func TestFault_AnswerLostAndRetriedBySDK(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.AnswerLost, Operation: success, Count: 1})
	_, err := b.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &id},
		retrying)
	wantError[*types.CallbackTimeoutException](t, err)
}

func TestFault_ConnectionResetBeforeTheWork(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.ConnectionReset, Operation: success, Count: 1})
	if err := b.succeed(id, `1`); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset connection", err)
	}
	b.must(b.succeed(id, `1`))
}

func TestFault_SlowAnswerComesAfterTheDelay(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.Slow, Operation: success, Delay: time.Minute})
	answered := make(chan error)
	go func() { answered <- b.succeed(id, `1`) }()
	b.next(locallambda.CallbackClosed) // the work is done
	select {
	case err := <-answered:
		t.Fatalf("answered at once, error %v", err)
	default:
	}
	b.clock.Advance(time.Minute)
	b.must(<-answered)
}

func TestFault_SlowAnswerAndImpatientClient(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.Slow, Operation: success, Delay: time.Minute, Count: 1})
	ctx, giveUp := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, err := b.client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &id})
		answered <- err
	}()
	b.next(locallambda.CallbackClosed)
	giveUp()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	b.wantEnd("SUCCEEDED")
}

func TestFault_StrikesOnlyItsOperation(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.Service, Operation: "SendDurableExecutionCallbackHeartbeat"})
	wantError[*types.ServiceException](t, b.heartbeat(id))
	b.must(b.succeed(id, `1`))
}

func TestFault_CountAndOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.engine.SetFaults(nil,
		fault.Fault{Kind: fault.Throttled, Count: 2},
		fault.Fault{Kind: fault.Service, Count: 1})
	list := func() error {
		_, err := b.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
		return err
	}
	wantError[*types.TooManyRequestsException](t, list())
	wantError[*types.TooManyRequestsException](t, list())
	wantError[*types.ServiceException](t, list())
	b.must(list())
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.Service})
	wantError[*types.ServiceException](t, list())
	b.engine.SetFaults(nil)
	b.must(list())
}

func TestFault_RateIsDeterministic(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	draw := func() (struck string) {
		b.engine.SetFaults(rand.New(rand.NewPCG(1, 2)), fault.Fault{Kind: fault.Service, Rate: 0.3})
		for range 100 {
			if _, err := b.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{}); err != nil {
				struck += "x"
			} else {
				struck += "."
			}
		}
		return struck
	}
	first, again := draw(), draw()
	n := 0
	for _, c := range first {
		if c == 'x' {
			n++
		}
	}
	if first != again || n < 15 || n > 45 {
		t.Errorf("%d of 100 calls at a rate of 0.3\n%s\n%s", n, first, again)
	}
}

// A function whose checkpoint's answer was lost repeats it with the same client token and goes on.
func TestFault_CheckpointAnswerLost(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	b.engine.SetFaults(nil, fault.Fault{Kind: fault.AnswerLost, Operation: "CheckpointDurableExecution", Count: 1})
	out, err := b.client.CheckpointDurableExecution(t.Context(), &lambda.CheckpointDurableExecutionInput{
		DurableExecutionArn: &s.DurableExecutionArn, CheckpointToken: &s.CheckpointToken, ClientToken: aws.String("once"),
		Updates: []types.OperationUpdate{update(callback, begins, "1")},
	}, retrying)
	b.must(err)
	if len(out.NewExecutionState.Operations) != 1 {
		t.Errorf("answer %+v", out)
	}
	b.wantHistory(s.DurableExecutionArn, "ExecutionStarted", "CallbackStarted")
}
