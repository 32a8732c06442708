// Command approval-go is a durable Lambda function that has a person approve a purchase at
// Countersign. It is AWS's approval example with a desk at the other end.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/caarlos0/env/v11"

	"countersign/durable"
)

// purchase is the event.
type purchase struct {
	ID        string  `json:"id"`
	What      string  `json:"what"`
	Total     float64 `json:"total"`
	Requester string  `json:"requester"`
}

// decision is what the desk's default outcomes send.
type decision struct {
	Comment  string `json:"comment"`
	Reviewer struct {
		Name string `json:"name"`
	} `json:"reviewer"`
}

// timeout is how long the function waits for a decision. The ExecutionTimeout in template.yaml is
// an hour longer.
const timeout = 24 * time.Hour

func main() {
	settings, err := env.ParseAs[settings]()
	if err != nil {
		stop(err)
	}
	desk, err := newDesk(settings)
	if err != nil {
		stop(err)
	}
	durable.Start(desk.approve)
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, "approval-go:", err)
	os.Exit(1)
}

// approve runs again from its first line after every wait; what is in a step runs once.
func (d *desk) approve(ctx durable.Context, p purchase) (string, error) {
	asked, err := durable.Step(ctx, "now", func(durable.StepContext) (time.Time, error) { return time.Now(), nil })
	if err != nil {
		return "", err
	}
	reply, err := durable.WaitForCallback[decision](ctx, "wait-for-approval",
		func(step durable.StepContext, callbackID string) error {
			return d.ask(step, request{
				CallbackID: callbackID, ExecutionARN: ctx.ExecutionArn(), StartedAt: asked, TimeoutSeconds: int(timeout.Seconds()),
				Title: fmt.Sprintf("Purchase %s: %s for %.2f", p.ID, p.What, p.Total), Requester: p.Requester, Payload: p,
			})
		}, durable.WithCallbackTimeout(timeout))
	var rejected *durable.CallbackFailedError
	var late *durable.CallbackTimeoutError
	switch {
	case errors.As(err, &rejected):
		return fmt.Sprintf("%s is rejected: %s", p.ID, rejected.Message), nil
	case errors.As(err, &late):
		return p.ID + " was not decided in time", nil
	case err != nil:
		return "", err
	}
	return durable.Step(ctx, "order", func(durable.StepContext) (string, error) {
		// a shop would be called here
		return fmt.Sprintf("%s is ordered, approved by %s", p.ID, reply.Reviewer.Name), nil
	})
}
