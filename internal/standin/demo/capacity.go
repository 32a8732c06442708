package demo

import (
	"fmt"

	"countersign/durable"
)

// capacity has no timeout and no heartbeat timeout: it waits until somebody decides.
type capacity struct {
	Cluster string  `json:"cluster"`
	Units   [2]int  `json:"units"`
	Cost    float64 `json:"cost_per_month"`
}

func capacityBroker(desk *Desk) func(durable.Context, capacity) (string, error) {
	return func(ctx durable.Context, in capacity) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "budget-owner")
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "budget-owner",
			Title:       fmt.Sprintf("Raise the limit of %s from %d to %d units", in.Cluster, in.Units[0], in.Units[1]),
			Requester:   "capacity-broker",
			Description: fmt.Sprintf("Peak use was 94 %% on three days this week. The raise costs about **$%.0f a month**.", in.Cost),
			Payload:     in,
		})
		if err != nil {
			return "", err
		}
		if _, err := callback.Get(); err != nil {
			return "", err
		}
		return durable.Step(ctx, "raise-limit", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("%s: %d units", in.Cluster, in.Units[1]), nil
		})
	}
}

func capacityInput(n int) any {
	return capacity{Cluster: []string{"orders-prod", "ledger-prod"}[n%2], Units: [2]int{32, 48 + 16*(n%3)}, Cost: 1840 + 120*float64(n%4)}
}
