package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// contract waits for a signature that nobody hears of, because its team forgot to call the webhook.
// The desk still finds it in the execution's history.
type contract struct {
	Contract string `json:"contract"`
	Party    string `json:"party"`
	Value    string `json:"value"`
	Owner    string `json:"owner"`
	Renews   string `json:"renews"`
}

const (
	contractTimeout   = 3 * time.Hour
	contractHeartbeat = 30 * time.Minute
)

func contractRenewal(ctx durable.Context, in contract) (string, error) {
	callback, err := durable.CreateCallback[verdict](ctx, "sign-off",
		durable.WithCallbackTimeout(contractTimeout), durable.WithCallbackHeartbeatTimeout(contractHeartbeat))
	if err != nil {
		return "", err
	}
	if _, err := callback.Get(); err != nil {
		return "", err
	}
	return durable.Step(ctx, "renew", func(durable.StepContext) (string, error) { return in.Contract + " renewed", nil })
}

func contractInput(n int) any {
	parties := []string{"Kansai Precision", "Østfold Kraft AS", "Bergmann Verpackung KG"}
	return contract{
		Contract: fmt.Sprintf("C-2026-%03d", 118+n), Party: parties[n%len(parties)], Value: "€ 48,000 a year",
		Owner: "Vendor management", Renews: "2027-01-01",
	}
}
