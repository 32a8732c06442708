package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// erasure waits for days and cannot be undone. Its result is encrypted, so that the execution's
// history contains no person's name.
type erasure struct {
	Customer string   `json:"customer"`
	Request  string   `json:"request"`
	Systems  []string `json:"systems"`
	Holds    []string `json:"legal_holds"`
}

const erasureTimeout = 3 * 24 * time.Hour

func privacyErasure(desk *Desk, sealed durable.Serdes) func(durable.Context, erasure) (string, error) {
	return func(ctx durable.Context, in erasure) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "privacy-desk", durable.WithCallbackTimeout(erasureTimeout), durable.WithCallbackSerdes(sealed))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "privacy-desk", Queue: "privacy",
			Title:       fmt.Sprintf("Erase all personal data of customer %s (request %s)", in.Customer, in.Request),
			Requester:   "Privacy desk",
			Description: "Identity was checked. No legal hold is known. **This cannot be undone.**",
			Payload:     in, TimeoutSeconds: seconds(erasureTimeout),
			Links: []Link{{Title: "Request " + in.Request, URL: "https://privacy.harborline.example/" + in.Request}},
		})
		if err != nil {
			return "", err
		}
		if _, err := callback.Get(); err != nil {
			return "", err
		}
		return durable.Step(ctx, "erase", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("erased from %d systems", len(in.Systems)), nil
		})
	}
}

func erasureInput(n int) any {
	return erasure{Customer: fmt.Sprintf("c_9f27%02x", 171+n), Request: fmt.Sprintf("DSR-%d", 418+n), Systems: []string{"crm", "billing", "search", "mail", "warehouse"}, Holds: []string{}}
}
