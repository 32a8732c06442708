package durable_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/durable"
	"countersign/internal/callbacks"
)

// TestDecision reads what the desk makes of its own approve and of the template, by a person who acts
// for another.
func TestDecision(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	mara := callbacks.Person{Subject: "u1", Name: `Mara "M" Voss`, Email: "mara@example.com"}
	signed := []callbacks.Signature{
		{By: callbacks.Actor{Name: "Dana"}, Subject: "u2", Email: "dana@example.com", At: at.Add(-time.Hour), Comment: "Fine.", ActingFor: &callbacks.Delegator{Name: "Priya"}},
		{By: callbacks.Actor{Name: mara.Name}, Subject: "u1", Email: mara.Email, At: at, Comment: "Agreed."},
	}
	want := durable.Decision[struct{}]{
		Outcome: "approve", Comment: "Agreed.", DecidedAt: at,
		Reviewer: durable.Signer{ID: "u1", Name: `Mara "M" Voss`, Email: "mara@example.com"},
	}
	own := callbacks.DefaultOutcomes(callbacks.Failure)[0]
	all := own
	all.Payload = json.RawMessage(durable.DecisionTemplate)
	for name, outcome := range map[string]callbacks.Outcome{"Approve": own, "Template": all} {
		sent := outcome.Fill(callbacks.Choice{Outcome: "approve", Comment: "Agreed.", PreparedAt: at}, mara, signed)
		var got durable.Decision[struct{}]
		if err := json.Unmarshal(sent.Result, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		expected := want
		if name == "Template" {
			expected.Signatures = []durable.Signature{
				{Signer: durable.Signer{ID: "u2", Name: "Dana", Email: "dana@example.com"}, At: at.Add(-time.Hour), Comment: "Fine.", ActingFor: "Priya"},
				{Signer: want.Reviewer, At: at, Comment: "Agreed."},
			}
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDecision_answer(t *testing.T) {
	t.Parallel()
	type amount struct {
		Cents json.Number `json:"cents"`
	}
	t.Run("read", decodes(`{"outcome":"approve","answer":{"cents":9007199254740993}}`,
		durable.Decision[amount]{Outcome: "approve", Answer: amount{"9007199254740993"}}))
	for name, text := range map[string]string{
		"NoOutcome": `{"approved":true}`, "Empty": `{}`, "Null": `null`, "Number": `5`, "OtherAnswer": `{"outcome":"approve","answer":[1]}`,
	} {
		var got durable.Decision[amount]
		if err := json.Unmarshal([]byte(text), &got); err == nil || got.Outcome != "" {
			t.Errorf("%s: read as %+v, %v", name, got, err)
		}
	}
}

// What the desk sent for a FormDecisionTemplate is read into a struct: the outcome, what the reviewer
// filled in, who signed.
func ExampleDecision() {
	type amount struct {
		Cents int `json:"cents"`
	}
	approve := func(ctx durable.Context, order Order) (string, error) {
		decision, err := durable.WaitForCallback[durable.Decision[amount]](ctx, "approval",
			func(_ durable.StepContext, callbackID string) error {
				_, err := ask(order, callbackID)
				return err
			})
		if err != nil {
			return "", err
		}
		last := decision.Signatures[len(decision.Signatures)-1]
		return fmt.Sprintf("%s: %d cents, signed by %s", decision.Outcome, decision.Answer.Cents, last.Name), nil
	}
	fmt.Println(perform(approve, Order{ID: "order-7"}, func(r *reviewer) {
		r.succeed(`{"outcome":"approve","answer":{"cents":78462},"comment":"","reviewer":{"id":"u1","name":"Ann","email":"ann@example.com"},` +
			`"decidedAt":"2026-11-22T10:00:00Z","signatures":[{"id":"u1","name":"Ann","email":"ann@example.com","at":"2026-11-22T10:00:00Z","comment":"","actingFor":null}]}`)
	}))
	// Output:
	// "approve: 78462 cents, signed by Ann"
}
