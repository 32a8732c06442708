package demo

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/durable"
)

// order is a purchase order whose buyer proposes an answer: reviewers change quantity, price and
// dates in a form before they approve.
type order struct {
	Number   string      `json:"order"`
	Buyer    string      `json:"buyer"`
	Email    string      `json:"email"`
	Goods    string      `json:"goods"`
	Total    float64     `json:"total"`
	Proposed orderAnswer `json:"proposed"`
}

// orderAnswer is what the function waits for. Prices keep the digits with which they are written.
type orderAnswer struct {
	Order        string      `json:"order"`
	Quantity     int         `json:"quantity"`
	MaxPrice     json.Number `json:"max_price"`
	DeliverBy    string      `json:"deliver_by"`
	Speed        string      `json:"speed"`
	Partial      *bool       `json:"partial,omitempty"`
	CostCentre   string      `json:"cost_centre,omitempty"`
	Handover     string      `json:"handover,omitempty"`
	Reference    string      `json:"reference,omitempty"`
	Instructions string      `json:"instructions,omitempty"`
	Tell         []string    `json:"tell,omitempty"`
	Lines        []orderLine `json:"lines"`
	ShipTo       orderPlace  `json:"ship_to"`
}

type orderLine struct {
	Item   string      `json:"item"`
	What   string      `json:"what"`
	Pieces int         `json:"pieces"`
	Each   json.Number `json:"each"`
}

type orderPlace struct {
	Street  string `json:"street"`
	Zip     string `json:"zip"`
	City    string `json:"city"`
	Country string `json:"country"`
}

// orderForm is the JSON Schema of the answer.
//
//go:embed order.schema.json
var orderForm []byte

const orderTimeout = 6 * time.Hour

func purchaseOrder(desk *Desk) func(durable.Context, order) (string, error) {
	return func(ctx durable.Context, in order) (string, error) {
		callback, err := durable.CreateCallback[durable.Decision[orderAnswer]](ctx, "buyer-sign-off", durable.WithCallbackTimeout(orderTimeout))
		if err != nil {
			return "", err
		}
		question, err := in.question(callback.CallbackID())
		if err != nil {
			return "", err
		}
		if _, err := desk.Ask(ctx, question); err != nil {
			return "", err
		}
		decision, err := callback.Get()
		var failed *durable.CallbackFailedError
		switch {
		case errors.As(err, &failed):
			return fmt.Sprintf("%s rejected: %s", in.Number, failed.Message), nil
		case err != nil:
			return "", err
		}
		answer := decision.Answer
		return durable.Step(ctx, "place-order", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("%s: %d pieces at most %s each, by %s", in.Number, answer.Quantity, answer.MaxPrice, answer.DeliverBy), nil
		})
	}
}

func (in order) question(callbackID string) (Question, error) {
	proposed, err := json.Marshal(in.Proposed)
	if err != nil {
		return Question{}, fmt.Errorf("encode the proposed answer: %w", err)
	}
	return Question{
		CallbackID: callbackID, Name: "buyer-sign-off", Queue: "procurement",
		Title:          fmt.Sprintf("Purchase order %s: %d %s, $%s", in.Number, in.Proposed.Quantity, in.Goods, dollars(in.Total)),
		Requester:      fmt.Sprintf("%s <%s>", in.Buyer, in.Email),
		Description:    "The answer is filled with what the offer says. Change what you want: the order goes out as you answer.",
		Payload:        map[string]any{"order": in.Number, "total": in.Total, "goods": in.Goods},
		TimeoutSeconds: seconds(orderTimeout),
		Outcomes: []Outcome{
			{Name: "approve", Label: "Approve", Kind: "success", Payload: json.RawMessage(durable.FormDecisionTemplate), Form: orderForm, Value: proposed},
			{Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected"},
		},
	}, nil
}

// orderInput is the n-th order.
func orderInput(n int) any {
	number, partial := fmt.Sprintf("PO-%d", 5817+3*n), true
	return order{
		Number: number, Buyer: "Ines Calloway", Email: "ines.calloway@harborline.example", Goods: "scanners for the Kaunas warehouse", Total: 31200,
		Proposed: orderAnswer{
			Order: number, Quantity: 40, MaxPrice: "815.00", DeliverBy: "2026-12-04", Speed: "standard", Partial: &partial,
			CostCentre: "CC-4410", Handover: "2026-12-11T09:30:00+02:00", Reference: "KNS-0448",
			Instructions: "Ramp 3, ask for Rasa at the gate. Pallets not higher than 1.60 m.",
			Tell:         []string{"rasa@harborline.example", "kaunas-ops@harborline.example"},
			Lines: []orderLine{
				{Item: "ZB-DS3678", What: "Scanner, rugged", Pieces: 34, Each: "812.00"}, {Item: "ZB-CR8178", What: "Cradle", Pieces: 6, Each: "312.00"},
			},
			ShipTo: orderPlace{Street: "Islandijos pl. 217", Zip: "LT-49179", City: "Kaunas", Country: "Lithuania"},
		},
	}
}
