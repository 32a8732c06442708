package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/durable"
)

// expense is a report above the policy's limit. It has a timeout and a heartbeat timeout, so a
// review keeps it alive, and a third outcome.
type expense struct {
	Report   string        `json:"report"`
	Employee string        `json:"employee"`
	Email    string        `json:"email"`
	Total    json.Number   `json:"total"` // with two digits for cents
	Currency string        `json:"currency"`
	Trip     string        `json:"trip"`
	Lines    []expenseLine `json:"lines"`
	Policy   expensePolicy `json:"policy"`
	Trace    *string       `json:"trace_id"`
}

type expenseLine struct {
	N       int     `json:"n"`
	What    string  `json:"what"`
	Amount  float64 `json:"amount"`
	Receipt string  `json:"receipt,omitempty"`
}

type expensePolicy struct {
	Version    string   `json:"version"`
	OverLimit  bool     `json:"over_limit"`
	Violations []string `json:"violations"`
}

// verdict is what the default outcomes of the desk send.
type verdict struct {
	Approved bool   `json:"approved"`
	Decision string `json:"decision"`
	Comment  string `json:"comment"`
	Reviewer struct {
		Name string `json:"name"`
	} `json:"reviewer"`
}

const (
	expenseTimeout   = 90 * time.Minute
	expenseHeartbeat = 10 * time.Minute
)

func expenseApproval(desk *Desk) func(durable.Context, expense) (string, error) {
	return func(ctx durable.Context, in expense) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "manager-sign-off",
			durable.WithCallbackTimeout(expenseTimeout), durable.WithCallbackHeartbeatTimeout(expenseHeartbeat))
		if err != nil {
			return "", err
		}
		if _, err := desk.Ask(ctx, in.question(callback.CallbackID())); err != nil {
			return "", err
		}
		decision, err := callback.Get()
		var failed *durable.CallbackFailedError
		switch {
		case errors.As(err, &failed):
			return fmt.Sprintf("%s rejected: %s", in.Report, failed.Message), nil
		case err != nil:
			return "", err
		case !decision.Approved:
			return fmt.Sprintf("%s sent back: %s", in.Report, decision.Comment), nil
		}
		settlement, err := durable.Step(ctx, "charge-card", func(durable.StepContext) (string, error) {
			return "st_" + in.Report, nil
		})
		if err != nil {
			return "", err
		}
		return durable.Step(ctx, "notify-employee", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("%s: %s settled as %s, approved by %s", in.Employee, in.Report, settlement, decision.Reviewer.Name), nil
		})
	}
}

func (in expense) question(callbackID string) Question {
	return Question{
		CallbackID:              callbackID,
		Name:                    "manager-sign-off",
		Queue:                   "finance",
		Title:                   fmt.Sprintf("Expense report %s: $%s, %s", in.Report, in.amount(), in.Trip),
		Requester:               fmt.Sprintf("%s <%s>", in.Employee, in.Email),
		Description:             in.why(),
		Payload:                 in,
		TimeoutSeconds:          seconds(expenseTimeout),
		HeartbeatTimeoutSeconds: seconds(expenseHeartbeat),
		Links:                   []Link{{Title: "The receipts", URL: "https://expenses.harborline.example/" + in.Report}},
		Tags:                    []string{"over policy", "EMEA"},
		Outcomes: []Outcome{
			{Name: "approve", Label: "Approve $" + in.amount(), Kind: "success", Payload: expensePayload(true, "approved")},
			{Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected", ErrorMessage: "Rejected by {{reviewer.name}}: {{comment}}"},
			{Name: "send-back", Label: "Send back", Kind: "success", Comment: "required", Payload: expensePayload(false, "sent_back")},
		},
	}
}

// amount is the total as people write it.
func (in expense) amount() string {
	total, _ := in.Total.Float64() // reports have numbers alone
	return dollars(total)
}

// expensePayload is the result that the function gets, with its keys in an order that suits
// readers.
func expensePayload(approved bool, decision string) json.RawMessage {
	return fmt.Appendf(nil, `{"approved":%t,"decision":%q,"comment":"{{comment}}","reviewer":{"name":"{{reviewer.name}}","email":"{{reviewer.email}}"},"decidedAt":"{{decidedAt}}"}`,
		approved, decision)
}
