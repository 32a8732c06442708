package durable_test

import (
	"errors"
	"testing"
	"time"

	"countersign/durable"
)

// submitAnd waits for a callback of that name, with a submitter that works.
func submitAnd[T any](name string, opts ...durable.WaitForCallbackOption) durable.Handler[any, any] {
	return func(ctx durable.Context, _ any) (any, error) { return submitAndWait[T](ctx, name, opts...) }
}

func submitAndWait[T any](ctx durable.Context, name string, opts ...durable.WaitForCallbackOption) (T, error) {
	return durable.WaitForCallback[T](ctx, name, func(durable.StepContext, string) error { return nil }, opts...)
}

var once = durable.MustNewRetryStrategy(durable.RetryConfig{MaxAttempts: 2, InitialDelay: time.Second, Jitter: durable.JitterNone})

// begin is how each history of this table begins.
const begin = `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		`

func succeed(c *conformance) { c.succeed(1, "yes") }

// waitForCallbackCases are those of the suite about waiting for a callback, in its order.
var waitForCallbackCases = []conformanceCase{
	{"7-1", "success", submitAnd[string]("cb"), succeed, "SUCCEEDED", `"yes"`, begin +
		`CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback cb yes`},
	{"7-2", "fixed name", submitAnd[string]("fixed"), succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback fixed
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback fixed yes`},
	{"7-3", "no name", submitAnd[string](""), succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback yes`},
	{"7-4", "failure", submitAnd[string]("cb"), func(c *conformance) { c.reject(1) }, "FAILED", "not approved", begin +
		`CallbackFailed 1-1 Callback Rejected: not approved
		ContextFailed 1 WaitForCallback cb Rejected: not approved`},
	{"7-5", "timeout", submitAnd[string]("cb", timeout5), timedOut, "FAILED", `callback "cb" timed out: not completed within its timeout`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback timeout=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Timeout
		ContextFailed 1 WaitForCallback cb Callback.Timeout: callback "cb" timed out: not completed within its timeout`},
	{"7-6", "failure caught", func(ctx durable.Context, _ any) (any, error) {
		_, err := submitAndWait[string](ctx, "cb")
		var failed *durable.CallbackFailedError
		if !errors.As(err, &failed) {
			return nil, err
		}
		return failed.ErrorType, nil
	}, func(c *conformance) { c.reject(1) }, "SUCCEEDED", `"Rejected"`, begin +
		`CallbackFailed 1-1 Callback Rejected: not approved
		ContextFailed 1 WaitForCallback cb Rejected: not approved`},
	{"7-7", "submitter fails for good", func(ctx durable.Context, _ any) (any, error) {
		return durable.WaitForCallback[string](ctx, "cb",
			func(durable.StepContext, string) error { return errors.New("desk is closed") }, durable.WithSubmitterRetry(once))
	}, func(c *conformance) { c.pass(seconds) }, "FAILED", `callback "cb" was not submitted after 2 attempt(s): desk is closed`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepFailed 1-2 Step Error: desk is closed
		InvocationCompleted
		StepStarted 1-2 Step
		StepFailed 1-2 Step Error: desk is closed
		ContextFailed 1 WaitForCallback cb CallbackSubmitterError: callback "cb" was not submitted after 2 attempt(s): desk is closed`},
	{"7-8", "in a child context", func(ctx durable.Context, _ any) (any, error) {
		return durable.RunInChildContext(ctx, "child", func(ctx durable.Context) (string, error) { return submitAndWait[string](ctx, "cb") })
	}, succeed, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 RunInChildContext child
		ContextStarted 1-1 WaitForCallback cb
		CallbackStarted 1-1-1 Callback
		StepStarted 1-1-2 Step
		StepSucceeded 1-1-2 Step null
		InvocationCompleted
		CallbackSucceeded 1-1-1 Callback yes
		ContextSucceeded 1-1 WaitForCallback cb yes
		ContextSucceeded 1 RunInChildContext child "yes"`},
	{"7-9", "two, one after the other", func(ctx durable.Context, _ any) (any, error) {
		first, err := submitAndWait[string](ctx, "a")
		if err != nil {
			return nil, err
		}
		second, err := submitAndWait[string](ctx, "b")
		return first + second, err
	}, func(c *conformance) { c.succeed(1, "A"); c.suspended(); c.succeed(2, "B") }, "SUCCEEDED", `"AB"`, `
		ContextStarted 1 WaitForCallback a
		CallbackStarted 1-1 Callback
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackSucceeded 1-1 Callback A
		ContextSucceeded 1 WaitForCallback a A
		ContextStarted 2 WaitForCallback b
		CallbackStarted 2-1 Callback
		StepStarted 2-2 Step
		StepSucceeded 2-2 Step null
		InvocationCompleted
		CallbackSucceeded 2-1 Callback B
		ContextSucceeded 2 WaitForCallback b B`},
	{"7-10", "after a wait and a step", func(ctx durable.Context, _ any) (any, error) {
		if err := durable.Wait(ctx, "", seconds); err != nil {
			return nil, err
		}
		if err := work(ctx); err != nil {
			return nil, err
		}
		return submitAndWait[string](ctx, "cb")
	}, func(c *conformance) { c.pass(seconds); c.suspended(); c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		WaitStarted 1 Wait 1s
		InvocationCompleted
		WaitSucceeded 1 Wait
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		ContextStarted 3 WaitForCallback cb
		CallbackStarted 3-1 Callback
		StepStarted 3-2 Step
		StepSucceeded 3-2 Step null
		InvocationCompleted
		CallbackSucceeded 3-1 Callback yes
		ContextSucceeded 3 WaitForCallback cb yes`},
	{"7-11", "JSON", func(ctx durable.Context, _ any) (any, error) {
		result, err := submitAndWait[struct{ Status string }](ctx, "cb")
		return result.Status, err
	}, func(c *conformance) { c.succeed(1, `{"status": "approved"}`) }, "SUCCEEDED", `"approved"`, begin +
		`CallbackSucceeded 1-1 Callback {"status": "approved"}
		ContextSucceeded 1 WaitForCallback cb {"status": "approved"}`},
	{"7-12", "heartbeat timeout", submitAnd[string]("cb", heartbeat5), timedOut, "FAILED",
		`callback "cb" timed out: no heartbeat within its heartbeat timeout`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback heartbeat=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Heartbeat
		ContextFailed 1 WaitForCallback cb Callback.Heartbeat: callback "cb" timed out: no heartbeat within its heartbeat timeout`},
	{"7-13", "heartbeat then success", submitAnd[string]("cb", heartbeat5),
		func(c *conformance) { c.pass(4 * seconds); c.beat(1); c.pass(4 * seconds); c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback heartbeat=5
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackSucceeded 1-1 Callback yes
		ContextSucceeded 1 WaitForCallback cb yes`},
	{"7-14", "timeout caught", func(ctx durable.Context, _ any) (any, error) {
		_, err := submitAndWait[string](ctx, "cb", timeout3)
		var timeout *durable.CallbackTimeoutError
		if !errors.As(err, &timeout) {
			return nil, err
		}
		return "caught", nil
	}, func(c *conformance) { c.pass(3 * seconds) }, "SUCCEEDED", `"caught"`, `
		ContextStarted 1 WaitForCallback cb
		CallbackStarted 1-1 Callback timeout=3
		StepStarted 1-2 Step
		StepSucceeded 1-2 Step null
		InvocationCompleted
		CallbackTimedOut 1-1 Callback Callback.Timeout
		ContextFailed 1 WaitForCallback cb Callback.Timeout: callback "cb" timed out: not completed within its timeout`},
	{"7-15", "success without a payload", submitAnd[*decision]("cb"), func(c *conformance) { c.succeed(1, "") }, "SUCCEEDED", "null", begin +
		`CallbackSucceeded 1-1 Callback
		ContextSucceeded 1 WaitForCallback cb`},
}

func TestConformance_waitForCallback(t *testing.T) {
	t.Parallel()
	runConformance(t, waitForCallbackCases)
}
