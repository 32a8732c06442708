package desk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// TestForm_AnnouncedWithAnother: a found callback has a form by a template, and is then announced with another
// one. What somebody saw before is not sent; what they typed is in the fields that are still there, and a
// text that is no value there says so.
func TestForm_AnnouncedWithAnother(t *testing.T) {
	t.Parallel()
	const before = `{"type":"object","properties":{"quantity":{"type":"integer"},"note":{"type":"string"},"gone":{"type":"string"}}}`
	for name, tt := range map[string]struct {
		schema, value string
		answer, fault string // of what was typed, in the form that is there now
	}{
		"Fits":        {`{"type":"object","properties":{"note":{"type":"string"},"quantity":{"type":"integer"}}}`, `{"quantity":7}`, `{"quantity":36,"note":"by rail"}`, ""},
		"FitsNoMore":  {`{"type":"object","properties":{"quantity":{"type":"integer","maximum":10},"note":{"type":"string"}}}`, `{"quantity":7}`, `{"quantity":36,"note":"by rail"}`, "Quantity: at most 10"},
		"AnotherType": {`{"type":"object","properties":{"quantity":{"type":"integer"},"note":{"type":"number"}}}`, `{"quantity":7}`, `{"quantity":36}`, "Note: a number, written in digits"},
		"ReadOnly":    {`{"type":"object","properties":{"quantity":{"type":"integer","readOnly":true},"note":{"type":"string"}}}`, `{"quantity":7}`, `{"quantity":7,"note":"by rail"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := findWith(d, callbacks.Content{Forms: callbacks.Forms{"approve": {Schema: before, Value: `{"quantity":40}`}}})
			storetest.Change(t, d.Store, c.ID, func(c *callbacks.Case) error {
				c.Queue, c.Requirement = "legal", asks(1)
				c.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success, Payload: json.RawMessage(`"{{answer}}"`), Form: true}}
				return nil
			})
			choice := filledIn(map[string]string{"/quantity": "36", "/note": "by rail", "/gone": "kept in the browser"})
			seen := must(d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice))
			a := announcement.Announcement{
				CallbackID: string(c.CallbackID), Title: "PO-5817", Queue: "legal", ExecutionARN: c.ExecutionARN, Requester: "Oda <oda@harborline.example>",
				Outcomes: []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}},
				Forms:    map[string]announcement.Form{"approve": {Schema: json.RawMessage(tt.schema), Value: json.RawMessage(tt.value)}},
			}
			if _, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", a); err != nil {
				t.Fatal(err)
			}
			choice.PreparedAt, choice.Sends = seen.PreparedAt, seen.Sends
			_, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, seen.Seen)
			if _, invalid := errors.AsType[fault.List](err); invalid != (tt.fault != "") || !invalid && !errors.Is(err, callbacks.ErrStale) {
				t.Errorf("what was seen before is answered by %v", err)
			}
			previews := must(d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, choice, ""))
			now := previews[0]
			if got := now.Filling.Answer.JSON(); got != tt.answer {
				t.Errorf("the form has %s, want %s", got, tt.answer)
			}
			if got := now.Faults.Error(); tt.fault != "" && !strings.Contains(got, tt.fault) || tt.fault == "" && len(now.Faults) > 0 {
				t.Errorf("it says %q, want %q", got, tt.fault)
			}
			if e := now.Filling.Near("/note"); e.Text != "by rail" {
				t.Errorf("what was typed is %q", e.Text)
			}
			if got := d.Get(c.ID); got.State != callbacks.Pending {
				t.Errorf("it is %s", got.State)
			}
		})
	}
}
