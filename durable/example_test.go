package durable_test

import (
	"errors"
	"fmt"
	"time"

	"countersign/durable"
	"countersign/durable/aesgcm"
)

type Order struct{ ID string }

type Decision struct {
	By string `json:"by"`
}

// The ID goes out in a step, so the desk is asked once, however often the
// function runs. Get ends the invocation; a later one goes on with the answer.
func ExampleCreateCallback() {
	approve := func(ctx durable.Context, order Order) (string, error) {
		callback, err := durable.CreateCallback[Decision](ctx, "approval",
			durable.WithCallbackTimeout(48*time.Hour), durable.WithCallbackHeartbeatTimeout(24*time.Hour))
		if err != nil {
			return "", err
		}
		_, err = durable.Step(ctx, "ask", func(durable.StepContext) (string, error) {
			fmt.Println("asked about", order.ID)
			return ask(order, callback.CallbackID())
		})
		if err != nil {
			return "", err
		}
		decision, err := callback.Get()
		var timeout *durable.CallbackTimeoutError
		var failed *durable.CallbackFailedError
		switch {
		case errors.As(err, &timeout) && timeout.Heartbeat:
			return "given up: the desk is silent", nil
		case errors.As(err, &timeout):
			return "given up: nobody decided in time", nil
		case errors.As(err, &failed):
			return failed.ErrorType + ": " + failed.Message, nil
		case err != nil:
			return "", err
		}
		return "approved by " + decision.By, nil
	}

	// In Lambda: durable.Start(approve)
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) { r.succeed(`{"by":"ann"}`) }))
	fmt.Println(perform(approve, Order{ID: "order-8"}, func(r *reviewer) { r.fail("Rejected", "too expensive") }))
	fmt.Println(perform(approve, Order{ID: "order-9"}, func(r *reviewer) { r.doNothingFor(24 * time.Hour) }))
	// Output:
	// asked about order-7
	// "approved by ann"
	// asked about order-8
	// "Rejected: too expensive"
	// asked about order-9
	// "given up: the desk is silent"
}

// ask stands for a call to the desk.
func ask(Order, string) (string, error) { return "asked", nil }

// Creating, telling and waiting in one; a desk that is down is tried again.
func ExampleWaitForCallback() {
	approve := func(ctx durable.Context, order Order) (string, error) {
		decision, err := durable.WaitForCallback[Decision](ctx, "approval",
			func(sc durable.StepContext, callbackID string) error {
				if sc.Attempt() == 1 {
					return errors.New("the desk is down")
				}
				_, err := ask(order, callbackID)
				return err
			},
			durable.WithCallbackTimeout(48*time.Hour),
			durable.WithSubmitterRetry(durable.MustNewRetryStrategy(durable.RetryConfig{MaxAttempts: 5, InitialDelay: time.Second})))
		if err != nil {
			return "", err
		}
		return "approved by " + decision.By, nil
	}
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) {
		r.doNothingFor(time.Minute) // until the second attempt
		r.succeed(`{"by":"ann"}`)
	}))
	// Output: "approved by ann"
}

// Two approvals at once: neither waits for the other.
func ExampleCallback_Get() {
	approve := func(ctx durable.Context, order Order) (string, error) {
		finance, err := durable.CreateCallback[Decision](ctx, "finance")
		if err != nil {
			return "", err
		}
		legal, err := durable.CreateCallback[Decision](ctx, "legal")
		if err != nil {
			return "", err
		}
		first, err := finance.Get()
		if err != nil {
			return "", err
		}
		second, err := legal.Get()
		return "approved by " + first.By + " and " + second.By, err
	}
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) {
		r.succeed(`{"by":"ann"}`)
		r.succeed(`{"by":"lee"}`)
	}))
	// Output: "approved by ann and lee"
}

// A child context groups operations under one name and one result. The errors
// of callbacks in it can be found outside.
func ExampleRunInChildContext() {
	approve := func(ctx durable.Context, order Order) (string, error) {
		_, err := durable.RunInChildContext(ctx, "sign-off", func(ctx durable.Context) (Decision, error) {
			callback, err := durable.CreateCallback[Decision](ctx, "approval")
			if err != nil {
				return Decision{}, err
			}
			return callback.Get()
		})
		var failed *durable.CallbackFailedError
		if errors.As(err, &failed) {
			return "not signed off: " + failed.Message, nil
		}
		return "signed off", err
	}
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) { r.fail("Rejected", "no budget") }))
	// Output: "not signed off: no budget"
}

// What the desk sends is encrypted for this execution; its history shows
// ciphertext only.
func ExampleWithCallbackSerdes() {
	sealed, err := aesgcm.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	approve := func(ctx durable.Context, order Order) (string, error) {
		decision, err := durable.WaitForCallback[Decision](ctx, "approval",
			func(_ durable.StepContext, callbackID string) error {
				// and ctx.ExecutionArn(), which the answer is bound to
				_, err := ask(order, callbackID)
				return err
			},
			durable.WithCallbackSerdes(sealed))
		return "approved by " + decision.By, err
	}
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) {
		r.succeed(r.seal(sealed, Decision{By: "ann"}))
	}))
	// Output: "approved by ann"
}
