package demo

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/durable"
)

// rotation asks for the new password of an account with a carrier. It is typed into a form, reaches
// the function, and is on no page; the recovery number that the form proposes is masked.
type rotation struct {
	Portal    string `json:"portal"`
	Account   string `json:"account"`
	Recovery  string `json:"recovery"`
	Requester string `json:"requester"`
}

// newPassword is what the function waits for.
type newPassword struct {
	Account  string `json:"account"`
	Password string `json:"password"`
	Recovery string `json:"recovery"`
}

// rotationForm is the JSON Schema of the answer.
//
//go:embed rotation.schema.json
var rotationForm []byte

const rotationTimeout = 8 * time.Hour

func credentialRotation(desk *Desk) func(durable.Context, rotation) (string, error) {
	return func(ctx durable.Context, in rotation) (string, error) {
		callback, err := durable.CreateCallback[durable.Decision[newPassword]](ctx, "new-password", durable.WithCallbackTimeout(rotationTimeout))
		if err != nil {
			return "", err
		}
		proposed, err := json.Marshal(map[string]string{"account": in.Account, "recovery": in.Recovery})
		if err != nil {
			return "", fmt.Errorf("encode the proposed answer: %w", err)
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "new-password", Queue: "security",
			Title:     fmt.Sprintf("New password of %s at %s", in.Account, in.Portal),
			Requester: in.Requester,
			Description: "The carrier wants a new password every 90 days. Set it in the portal, then type it here: " +
				"the label printers sign in with it. **Nobody reads it on this page**, and you neither.",
			Payload:        map[string]string{"portal": in.Portal, "account": in.Account},
			TimeoutSeconds: seconds(rotationTimeout),
			Outcomes: []Outcome{
				{Name: "approve", Label: "Hand over", Kind: "success", Payload: json.RawMessage(durable.FormDecisionTemplate), Form: rotationForm, Value: proposed},
				{Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected"},
			},
		})
		if err != nil {
			return "", err
		}
		decision, err := callback.Get()
		var failed *durable.CallbackFailedError
		switch {
		case errors.As(err, &failed):
			return fmt.Sprintf("%s keeps its password: %s", in.Account, failed.Message), nil
		case err != nil:
			return "", err
		}
		return durable.Step(ctx, "store-password", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("%s has a password of %d characters", decision.Answer.Account, len(decision.Answer.Password)), nil
		})
	}
}

// rotationInput is the n-th account.
func rotationInput(n int) any {
	return rotation{
		Portal: "portal.nordfracht.example", Account: fmt.Sprintf("harborline-labels-%02d", 1+n),
		Recovery: "+370 612 04417", Requester: "Rasa Petrauskienė <rasa.petrauskiene@harborline.example>",
	}
}
