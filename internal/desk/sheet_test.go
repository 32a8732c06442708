package desk

import (
	"testing"

	"countersign/internal/callbacks"
)

// TestDeliver_Masks: what the execution says after a decision is shown without masked values, and what
// was read of it is not changed.
func TestDeliver_Masks(t *testing.T) {
	t.Parallel()
	content := callbacks.Content{Payload: []byte(`{"iban":"DE02canary"}`), Masked: []string{"/iban"}}
	sheet := Sheet{cover: callbacks.Queues{}.Cover("finance", &content)}
	read := &callbacks.FollowUp{
		Steps: []callbacks.FollowUpStep{{Note: "wrote DE02canary"}, {Note: "done"}},
		Error: callbacks.ErrorObject{ErrorType: "Bank", ErrorMessage: "no account DE02canary"},
	}
	sheet.deliver(&callbacks.Delivery{
		Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(`["DE02canary"]`)}, FollowUp: read,
	})
	after := sheet.Delivery.FollowUp
	if string(sheet.Sent) != `["••••••"]` || after.Steps[0].Note != "wrote ••••••" || after.Steps[1].Note != "done" ||
		after.Error.ErrorType != "Bank" || after.Error.ErrorMessage != "no account ••••••" {
		t.Errorf("shown are %s and %+v", sheet.Sent, after)
	}
	if read.Steps[0].Note != "wrote DE02canary" {
		t.Errorf("what was read is now %+v", read)
	}
}
