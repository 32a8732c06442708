package desk_test

import (
	"cmp"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/form"
)

// TestSheet_SignAgain: the form of whoever has to sign again posts their earlier answer, in its fields if
// they can say it and else as JSON, but not where it hides values, and not once the request is another one.
func TestSheet_SignAgain(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","properties":{"quantity":{"type":"integer"},"pin":{"type":"string"}}}`
	for name, tt := range map[string]struct {
		schema, proposed, answer string
		outcome                  string
		announced                time.Duration
		want                     form.Posted
	}{
		"Fields":    {want: form.Posted{"answer:approve/quantity": {"36"}}},
		"JSON":      {answer: `{"quantity":36,"more":1}`, want: form.Posted{"answer:approve#json": {`{"quantity":36,"more":1}`}}},
		"Undrawn":   {schema: `{"not":{}}`, want: form.Posted{"answer:approve#json": {`{"quantity":36}`}}},
		"Hidden":    {schema: `{"type":"object","properties":{"quantity":{"type":"integer"},"pin":{"type":"string","format":"password"}}}`},
		"Proposed":  {answer: `{"quantity":40}`},
		"CRLF":      {proposed: "{\r\n\"quantity\":40}", answer: "{\r\n\"quantity\":36}", want: form.Posted{"answer:approve/quantity": {"36"}}},
		"NoForm":    {outcome: "reject"},
		"NoAnswer":  {answer: "none"},
		"Before":    {announced: -time.Minute, want: form.Posted{"answer:approve/quantity": {"36"}}},
		"Announced": {announced: time.Minute},
	} {
		given := callbacks.Signature{Proposal: callbacks.Proposal{Outcome: "approve"}, At: callbackstest.T0, Answer: callbacks.Answer{Document: `{"quantity":36}`}}
		brought := callbacks.Form{Schema: schema, Value: cmp.Or(tt.proposed, `{"quantity":40}`)}
		if tt.schema != "" {
			brought.Schema = tt.schema
		}
		if tt.answer != "" {
			given.Answer.Document = tt.answer
		}
		if tt.outcome != "" {
			given.Outcome = tt.outcome
		}
		sheet := desk.Sheet{Void: &given, Content: callbacks.Content{Forms: callbacks.Forms{"approve": brought}}}
		sheet.Callback.Outcomes = []callbacks.Outcome{{Name: "approve", Form: true}, {Name: "reject"}}
		if tt.announced != 0 {
			sheet.Audit = []callbacks.AuditEntry{{Action: callbacks.ActionReceived, At: callbackstest.T0.Add(tt.announced)}}
		}
		callbackstest.Same(t, name, sheet.SignAgain(), tt.want)
	}
	if got := (&desk.Sheet{}).SignAgain(); got != nil {
		t.Errorf("whoever did not sign posts %v", got)
	}
}
