package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"countersign/durable"
)

// create is CreateCallback for functions of the cases, which have nothing to
// do about an error.
func create[T any](ctx durable.Context, name string, opts ...durable.CallbackOption) *durable.Callback[T] {
	cb, err := durable.CreateCallback[T](ctx, name, opts...)
	if err != nil {
		panic(err)
	}
	return cb
}

// await creates a callback and waits for it.
func await(opts ...durable.CallbackOption) durable.Handler[any, any] {
	return func(ctx durable.Context, _ any) (any, error) { return create[string](ctx, "cb", opts...).Get() }
}

// awaitAfter does something between the creation of the callback and the wait.
func awaitAfter(between func(durable.Context) error, opts ...durable.CallbackOption) durable.Handler[any, any] {
	return func(ctx durable.Context, _ any) (any, error) {
		cb := create[string](ctx, "cb", opts...)
		if err := between(ctx); err != nil {
			return nil, err
		}
		return cb.Get()
	}
}

// catching goes on after the failure of the callback.
func catching(opts ...durable.CallbackOption) durable.Handler[any, any] {
	return func(ctx durable.Context, _ any) (any, error) {
		_, err := create[string](ctx, "cb", opts...).Get()
		var failed *durable.CallbackFailedError
		var timeout *durable.CallbackTimeoutError
		if !errors.As(err, &failed) && !errors.As(err, &timeout) {
			return nil, fmt.Errorf("not a failure of the callback: %w", err)
		}
		return "caught", durable.Wait(ctx, "", 2*time.Second)
	}
}

// both creates two callbacks and then waits for them in one order.
func both(reverse bool) durable.Handler[any, any] {
	return func(ctx durable.Context, _ any) (any, error) {
		a, b := create[string](ctx, "a"), create[string](ctx, "b")
		if reverse {
			a, b = b, a
		}
		first, err := a.Get()
		if err != nil {
			return nil, err
		}
		second, err := b.Get()
		return first + second, err
	}
}

func wait5(ctx durable.Context) error { return durable.Wait(ctx, "", 5*time.Second) }
func work(ctx durable.Context) error  { return step(ctx, "") }

const seconds = time.Second

var (
	timeout5   = durable.WithCallbackTimeout(5 * time.Second)
	timeout3   = durable.WithCallbackTimeout(3 * time.Second)
	heartbeat5 = durable.WithCallbackHeartbeatTimeout(5 * time.Second)
)

// epochSerdes decodes what case 4-15 sends: a date becomes its epoch seconds.
type epochSerdes struct{}

type dated struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"`
}

func (epochSerdes) Marshal(context.Context, durable.SerdesContext, any) ([]byte, error) {
	return nil, errors.New("a callback's result is never encoded here")
}

func (epochSerdes) Unmarshal(_ context.Context, _ durable.SerdesContext, data []byte, v any) error {
	var sent struct {
		ID        string
		Timestamp time.Time
	}
	if err := json.Unmarshal(data, &sent); err != nil {
		return err
	}
	*v.(*dated) = dated{ID: sent.ID, Timestamp: sent.Timestamp.Unix()}
	return nil
}

// numberSerdes decodes what case 4-16 sends.
type numberSerdes struct{ epochSerdes }

func (numberSerdes) Unmarshal(_ context.Context, _ durable.SerdesContext, data []byte, v any) (err error) {
	*v.(*int), err = strconv.Atoi(string(data))
	return err
}

func timedOut(c *conformance) { c.pass(5 * seconds) }

const timeoutText, heartbeatText = `callback "cb" timed out: not completed within its timeout`,
	`callback "cb" timed out: no heartbeat within its heartbeat timeout`

// callbackCases are those of the suite about callbacks, in its order.
var callbackCases = []conformanceCase{
	{"4-1", "success", func(ctx durable.Context, _ any) (any, error) { return create[string](ctx, "").Get() },
		func(c *conformance) { c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback
		InvocationCompleted
		CallbackSucceeded 1 Callback yes`},
	{"4-2", "name", await(), func(c *conformance) { c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes`},
	{"4-3", "timeout", await(timeout5), timedOut, "FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=5
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout`},
	{"4-4", "heartbeat timeout", await(heartbeat5), timedOut, "FAILED", heartbeatText, `
		CallbackStarted 1 Callback cb heartbeat=5
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Heartbeat`},
	{"4-5", "heartbeat then success", await(heartbeat5),
		func(c *conformance) { c.pass(4 * seconds); c.beat(1); c.pass(4 * seconds); c.succeed(1, "yes") }, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb heartbeat=5
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes`},
	{"4-6", "failure", await(), func(c *conformance) { c.reject(1) }, "FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved`},
	{"4-7", "step, failure", awaitAfter(work), func(c *conformance) { c.reject(1) }, "FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved`},
	{"4-8", "step, timeout", awaitAfter(work, timeout5), timedOut, "FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=5
		StepStarted 2 Step
		StepSucceeded 2 Step 1
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout`},
	{"4-9", "success during a wait", awaitAfter(wait5),
		func(c *conformance) { c.succeed(1, "yes"); c.suspended(); c.pass(5 * seconds) }, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-10", "failure during a wait", awaitAfter(wait5),
		func(c *conformance) { c.reject(1); c.suspended(); c.pass(5 * seconds) }, "FAILED", "not approved", `
		CallbackStarted 1 Callback cb
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-11", "timeout during a wait", awaitAfter(wait5, timeout3),
		func(c *conformance) { c.pass(3 * seconds); c.suspended(); c.pass(2 * seconds) }, "FAILED", timeoutText, `
		CallbackStarted 1 Callback cb timeout=3
		WaitStarted 2 Wait 5s
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-12", "success, then a wait", func(ctx durable.Context, _ any) (any, error) {
		result, err := create[string](ctx, "cb").Get()
		if err != nil {
			return nil, err
		}
		return result, wait5(ctx)
	}, func(c *conformance) { c.succeed(1, "yes"); c.suspended(); c.pass(5 * seconds) }, "SUCCEEDED", `"yes"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb yes
		WaitStarted 2 Wait 5s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-13", "failure caught, then a wait", catching(),
		func(c *conformance) { c.reject(1); c.suspended(); c.pass(2 * seconds) }, "SUCCEEDED", `"caught"`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackFailed 1 Callback cb Rejected: not approved
		WaitStarted 2 Wait 2s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-14", "timeout caught, then a wait", catching(timeout3),
		func(c *conformance) { c.pass(3 * seconds); c.suspended(); c.pass(2 * seconds) }, "SUCCEEDED", `"caught"`, `
		CallbackStarted 1 Callback cb timeout=3
		InvocationCompleted
		CallbackTimedOut 1 Callback cb Callback.Timeout
		WaitStarted 2 Wait 2s
		InvocationCompleted
		WaitSucceeded 2 Wait`},
	{"4-15", "serdes, object with a date",
		func(ctx durable.Context, _ any) (any, error) {
			return create[dated](ctx, "cb", durable.WithCallbackSerdes(epochSerdes{})).Get()
		},
		func(c *conformance) { c.succeed(1, `{"id":"7","timestamp":"2026-01-01T00:00:00.000Z"}`) }, "SUCCEEDED", `{"id":"7","timestamp":1767225600}`, `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb {"id":"7","timestamp":"2026-01-01T00:00:00.000Z"}`},
	{"4-16", "serdes, number",
		func(ctx durable.Context, _ any) (any, error) {
			return create[int](ctx, "cb", durable.WithCallbackSerdes(numberSerdes{})).Get()
		},
		func(c *conformance) { c.succeed(1, "42") }, "SUCCEEDED", "42", `
		CallbackStarted 1 Callback cb
		InvocationCompleted
		CallbackSucceeded 1 Callback cb 42`},
	{"4-17", "two, one after the other", func(ctx durable.Context, _ any) (any, error) {
		first, err := create[string](ctx, "a").Get()
		if err != nil {
			return nil, err
		}
		second, err := create[string](ctx, "b").Get()
		return first + second, err
	}, func(c *conformance) { c.succeed(1, "A"); c.suspended(); c.succeed(2, "B") }, "SUCCEEDED", `"AB"`, `
		CallbackStarted 1 Callback a
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
	{"4-18", "two at once, in order", both(false),
		func(c *conformance) { c.succeed(1, "A"); c.suspended(); c.succeed(2, "B") }, "SUCCEEDED", `"AB"`, `
		CallbackStarted 1 Callback a
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
	{"4-19", "two at once, in reverse order", both(true),
		func(c *conformance) { c.succeed(1, "A"); c.suspended(); c.succeed(2, "B") }, "SUCCEEDED", `"BA"`, `
		CallbackStarted 1 Callback a
		CallbackStarted 2 Callback b
		InvocationCompleted
		CallbackSucceeded 1 Callback a A
		InvocationCompleted
		CallbackSucceeded 2 Callback b B`},
}

func TestConformance_callback(t *testing.T) {
	t.Parallel()
	runConformance(t, callbackCases)
}
