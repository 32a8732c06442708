package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// refund has only a timeout, and the default outcomes. Every third one fails after an approval.
type refund struct {
	Order  string  `json:"order"`
	Amount float64 `json:"amount"`
	Reason string  `json:"reason"`
	Parcel string  `json:"parcel"`
	Card   string  `json:"card"`
}

const refundTimeout = time.Hour

func orderRefund(desk *Desk) func(durable.Context, refund) (string, error) {
	return func(ctx durable.Context, in refund) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "refund", durable.WithCallbackTimeout(refundTimeout))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "refund", Queue: "support",
			Title:          fmt.Sprintf("Refund $%s for order %s, %s", dollars(in.Amount), in.Order, in.Reason),
			Requester:      "Support, Kaunas",
			Description:    "The carrier confirmed the loss. The customer has **no earlier refund** in two years.",
			Payload:        in,
			TimeoutSeconds: seconds(refundTimeout),
		})
		if err != nil {
			return "", err
		}
		decision, err := callback.Get()
		if err != nil {
			return "", err
		}
		if !decision.Approved { // queue support rejects with a result, not with a failure
			return "not refunded: " + decision.Comment, nil
		}
		return durable.Step(ctx, "refund", func(durable.StepContext) (string, error) { return payBack(in) }, durable.WithRetry(durable.NoRetry()))
	}
}

// closedCard is a card to which the payment provider cannot pay back.
const closedCard = "4000 **** 0002"

// PaymentRefused says that the payment provider refused to pay to a card.
type PaymentRefused struct{ Card string }

func (e *PaymentRefused) Error() string {
	return "the payment provider refuses card " + e.Card + ": it was closed"
}

// payBack stands for the payment provider.
func payBack(r refund) (string, error) {
	if r.Card == closedCard {
		return "", &PaymentRefused{Card: r.Card}
	}
	return "re_" + r.Order, nil
}

func refundInput(n int) any {
	amounts := []float64{1318.40, 214.00, 96.50}
	reasons := []string{"parcel lost in transit", "damaged item", "wrong size"}
	cards := []string{"5217 **** 8841", closedCard, "4485 **** 3310"}
	return refund{
		Order: fmt.Sprintf("A-%d", 77120+n), Amount: amounts[n%3], Reason: reasons[n%3], Parcel: fmt.Sprintf("1Z-%06d", 400100+n), Card: cards[n%3],
	}
}
