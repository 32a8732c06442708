package desk_test

import (
	"encoding/json"
	"testing"

	"countersign/durable"
	"countersign/internal/desktest"
)

// TestDecisionOfForm: what a reviewer fills in reaches the function as a value of its own type,
// with who decided and who signed, also if it is encoded on the way.
func TestDecisionOfForm(t *testing.T) {
	t.Parallel()
	d, _ := encoding(t)
	c := d.Announce(withForm(`{"quantity":40}`, durable.FormDecisionTemplate))
	if _, err := d.Choose(desktest.Mara, c.ID, filledIn(map[string]string{"/quantity": "36"})); err != nil {
		t.Fatal(err)
	}
	sent, err := d.Store.Delivery(d.Ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got durable.Decision[struct{ Quantity int }]
	if err := json.Unmarshal([]byte(reversed(sent.Completion.Result)), &got); err != nil {
		t.Fatalf("sent %s: %v", sent.Completion.Result, err)
	}
	if got.Outcome != "approve" || got.Answer.Quantity != 36 || got.Reviewer.Email != desktest.Mara.Email ||
		len(got.Signatures) != 1 || got.Signatures[0].ID != desktest.Mara.Subject || !got.DecidedAt.Equal(d.Clock.Now()) {
		t.Errorf("read %+v", got)
	}
}
