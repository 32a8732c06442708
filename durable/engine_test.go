package durable_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// retrying makes the client of the function try again at once.
func retrying(o *lambda.Options) {
	o.RetryMaxAttempts = 3
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
}

// An answer that is lost on the way must not cost the execution its token, nor
// run anything twice: the SDK repeats the call under the same client token.
func TestEngine_lostAnswers(t *testing.T) {
	t.Parallel()
	runs := 0
	c := startConformance(t, func(ctx durable.Context, _ any) (any, error) {
		cb := create[string](ctx, "cb")
		if _, err := durable.Step(ctx, "charge", func(durable.StepContext) (int, error) { runs++; return 1, nil }); err != nil {
			return nil, err
		}
		return cb.Get()
	}, retrying, func(e *locallambda.Engine) {
		e.SetFaults(nil, fault.Fault{Kind: fault.AnswerLost, Operation: "CheckpointDurableExecution", Count: 2})
	})
	c.suspended()
	c.succeed(1, "yes")
	c.log.Next(t, locallambda.ExecutionEnded)
	c.check(conformanceCase{status: "SUCCEEDED", outcome: `"yes"`, history: `
		CallbackStarted 1 Callback cb
		StepStarted 2 Step charge
		StepSucceeded 2 Step charge 1
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes`})
	if runs != 1 {
		t.Errorf("the step ran %d times", runs)
	}
}

// A service that is down ends the invocation; Lambda repeats it, and the
// execution goes on from what was recorded.
func TestEngine_serviceDownForAWhile(t *testing.T) {
	t.Parallel()
	var engine *locallambda.Engine
	runs := 0
	c := startConformance(t, func(ctx durable.Context, _ any) (any, error) {
		if err := step(ctx, "first"); err != nil {
			return nil, err
		}
		_, err := durable.Step(ctx, "second", func(durable.StepContext) (int, error) {
			if runs++; runs == 1 {
				engine.SetFaults(nil, fault.Fault{Kind: fault.Service, Operation: "CheckpointDurableExecution", Count: 1})
			}
			return runs, nil
		})
		return runs, err
	}, nil, func(e *locallambda.Engine) { engine = e })
	c.log.Next(t, locallambda.InvocationCompleted)
	c.pass(5 * seconds) // Lambda's pause
	c.log.Next(t, locallambda.ExecutionEnded)
	c.check(conformanceCase{status: "SUCCEEDED", outcome: "2", history: `
		StepStarted 1 Step first
		StepSucceeded 1 Step first 1
		StepStarted 2 Step second
		InvocationCompleted with an error
		StepSucceeded 2 Step second 2`})
}

// More operations than one answer carries.
func TestEngine_longExecution(t *testing.T) {
	t.Parallel()
	const steps = 250
	runs := 0
	c := startConformance(t, func(ctx durable.Context, _ any) (any, error) {
		for range steps {
			if _, err := durable.Step(ctx, "", func(durable.StepContext) (int, error) { runs++; return 1, nil }); err != nil {
				return nil, err
			}
		}
		return runs, pause(ctx)
	}, nil, nil)
	c.suspended()
	c.pass(seconds)
	c.log.Next(t, locallambda.ExecutionEnded)
	got, err := c.client.GetDurableExecution(t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &c.arn})
	if err != nil || aws.ToString(got.Result) != "250" {
		t.Errorf("ended %s with %s, %v; want 250 steps, each run once", got.Status, aws.ToString(got.Result), err)
	}
}

// A workflow that exceeds a quota fails at once and says so: invoked again it
// would come no further.
func TestEngine_quotaExceeded(t *testing.T) {
	t.Parallel()
	c := startConformanceOn(t, locallambda.Config{Quotas: locallambda.Quotas{Operations: 2}}, func(ctx durable.Context, _ any) (any, error) {
		for {
			if err := step(ctx, "again"); err != nil {
				return nil, err
			}
		}
	}, nil, nil)
	end := c.log.Next(t, locallambda.ExecutionEnded)
	if end.Status != "FAILED" || !strings.Contains(end.Error.ErrorMessage, "the quota of 2 durable operations") {
		t.Errorf("ended %s, %+v", end.Status, end.Error)
	}
}
