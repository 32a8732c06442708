package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// vendorChange loses money if it is wrong. It needs two people, and its heartbeat timeout is so
// short that it expires unless somebody opens the review. Its account numbers are masked.
type vendorChange struct {
	Vendor    string `json:"vendor"`
	Requester string `json:"requester"`
	OldIBAN   string `json:"old_iban"`
	NewIBAN   string `json:"new_iban"`
	CalledOn  string `json:"called_back_on"`
	NextRun   string `json:"next_payment_run"`
}

const (
	vendorTimeout   = 4 * time.Hour
	vendorHeartbeat = 5 * time.Minute
)

func vendorUpdate(desk *Desk) func(durable.Context, vendorChange) (string, error) {
	return func(ctx durable.Context, in vendorChange) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "four-eyes",
			durable.WithCallbackTimeout(vendorTimeout), durable.WithCallbackHeartbeatTimeout(vendorHeartbeat))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "four-eyes", Queue: "finance",
			Title:     fmt.Sprintf("Change bank account of vendor %s before Friday's payment run", in.Vendor),
			Requester: in.Requester,
			Description: "The vendor announced a new account by letter. **Call back on the number in the master data**, not the one in the letter, " +
				"and compare the account that they name with the masked one below.",
			Payload: in, TimeoutSeconds: seconds(vendorTimeout), HeartbeatTimeoutSeconds: seconds(vendorHeartbeat),
			Tags: []string{"four eyes", "payments"}, Masked: []string{"/old_iban", "/new_iban"},
		})
		if err != nil {
			return "", err
		}
		if _, err := callback.Get(); err != nil {
			return "", err // a rejection ends the execution: nothing may be paid to the new account
		}
		return durable.Step(ctx, "write-master-data", func(durable.StepContext) (string, error) { return in.NewIBAN, nil })
	}
}

func vendorInput(n int) any {
	vendors := []string{"Kühne & Lindqvist Logistik GmbH & Co. KG", "Østfold Kraft AS", "Nørrebro Print ApS"}
	return vendorChange{
		Vendor: vendors[n%len(vendors)], Requester: "Tomasz Wierzbicki <tomasz.wierzbicki@harborline.example>",
		OldIBAN: "DE75 5121 0800 1245 1261 99", NewIBAN: "NO93 8601 1117 947", CalledOn: "+49 40 5550 0199", NextRun: "Friday 06:00",
	}
}
