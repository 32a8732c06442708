package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// access times out within 90 seconds, so that the demo shows a callback that its timeout ends, and
// the function's failure.
type access struct {
	Person string `json:"person"`
	Target string `json:"target"`
	Hours  int    `json:"hours"`
	Ticket string `json:"ticket"`
}

const (
	accessTimeout   = 90 * time.Second
	accessHeartbeat = 30 * time.Second
)

func accessBroker(desk *Desk) func(durable.Context, access) (string, error) {
	return func(ctx durable.Context, in access) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "grant",
			durable.WithCallbackTimeout(accessTimeout), durable.WithCallbackHeartbeatTimeout(accessHeartbeat))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "grant", Queue: "security",
			Title:       fmt.Sprintf("Grant %s read access to %s for %d h", in.Person, in.Target, in.Hours),
			Requester:   in.Person,
			Description: "Incident `" + in.Ticket + "` is open. Without an answer within 90 seconds the request ends by itself.",
			Payload:     in, TimeoutSeconds: seconds(accessTimeout), HeartbeatTimeoutSeconds: seconds(accessHeartbeat), Tags: []string{"incident"},
		})
		if err != nil {
			return "", err
		}
		if _, err := callback.Get(); err != nil {
			return "", err
		}
		return durable.Step(ctx, "grant", func(durable.StepContext) (string, error) { return in.Target + " opened", nil })
	}
}

func accessInput(n int) any {
	return access{Person: "Aiko Brandt", Target: []string{"ledger-archive", "orders-prod"}[n%2], Hours: 8, Ticket: fmt.Sprintf("INC-%d", 3301+n)}
}
