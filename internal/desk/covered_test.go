package desk_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/form"
)

// TestPreview_NoOracle: a preview has a mask where the sender sends a masked value, and none where its
// reader typed one, so that nobody finds out by typing what is masked.
func TestPreview_NoOracle(t *testing.T) {
	t.Parallel()
	const comment, note = `Pay "DE02-1203"`, "DE02-1203"
	for name, tt := range map[string]struct {
		outcome callbacks.Outcome
		want    string // empty if pages show what is sent
	}{
		"Comment":     {callbacks.Outcome{Kind: callbacks.Success, Payload: json.RawMessage(`{"c":"{{comment}}"}`)}, ""},
		"BesideSent":  {callbacks.Outcome{Kind: callbacks.Success, Payload: json.RawMessage(`{"c":"{{comment}}","to":"DE02-1203"}`)}, `{"c":"Pay \"DE02-1203\"","to":"••••••"}`},
		"Text":        {callbacks.Outcome{Kind: callbacks.Success, Encoding: callbacks.EncodingText, Payload: json.RawMessage(`"{{comment}}"`)}, ""},
		"TextAndSent": {callbacks.Outcome{Kind: callbacks.Success, Encoding: callbacks.EncodingText, Payload: json.RawMessage(`"To DE02-1203: {{comment}}"`)}, `To ••••••: ` + comment},
		"Signers":     {callbacks.Outcome{Kind: callbacks.Success, Payload: json.RawMessage(`"{{signatures}}"`)}, ""},
		"Failure":     {callbacks.Outcome{Kind: callbacks.Failure, ErrorType: "No", ErrorMessage: "{{comment}}", ErrorData: json.RawMessage(`{"c":"{{comment}}"}`)}, ""},
		"Answer":      {callbacks.Outcome{Kind: callbacks.Success, Form: true, Payload: json.RawMessage(`["{{answer}}","{{answer/note}}","{{changes}}"]`)}, ""},
	} {
		d := newDesk(t)
		c := d.Announce(func(a *announcement.Announcement) {
			o := tt.outcome
			if o.Form {
				a.Forms = map[string]announcement.Form{"pay": {Schema: json.RawMessage(`{"type":"object","properties":{"note":{"type":"string"}}}`), Value: json.RawMessage(`{"x": [1, "a"]}`)}}
			}
			o.Name, o.Label, o.Form = "pay", "Pay", false
			a.Outcomes, a.Payload, a.Masked = []callbacks.Outcome{o}, json.RawMessage(`{"iban":"DE02-1203"}`), []string{"/iban"}
		})
		choice := callbacks.Choice{Outcome: "pay", Comment: comment, Fields: form.Posted{"answer:pay/note": {note}}}
		previews, err := d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, choice, "")
		if err != nil || len(previews[0].Faults) > 0 {
			t.Fatalf("%s: %+v, %v", name, previews, err)
		}
		if got := string(previews[0].Shown); got != tt.want {
			t.Errorf("%s: the page shows %s of %s, want %s", name, got, previews[0].Completion.Body(), tt.want)
		}
	}
}

// TestCoveredForm_Later: what a queue masks from now on is masked in the forms and the changes of earlier
// requests.
func TestCoveredForm_Later(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		withForm(`{"quantity":40,"note":"DE02canary"}`, `"{{answer}}"`)(a)
		a.Payload = json.RawMessage(`{"iban":"DE02canary"}`)
	})
	if _, err := d.Choose(desktest.Mara, c.ID, filledIn(map[string]string{"/note": "AT61"})); err != nil {
		t.Fatal(err)
	}
	tells := func() bool {
		sheet := must(d.Service.Sheet(d.Ctx, desktest.Mara, c.ID))
		filling := sheet.Content.Forms["approve"].Filling(sheet.Callback.Outcomes[0], nil)
		changes, err := json.Marshal([]any{sheet.Audit, filling.Form.Changes(filling.Proposed, form.Value{}, form.Typed{})})
		callbackstest.Must(t, err)
		return strings.Contains(string(changes), "canary")
	}
	if !tells() {
		t.Error("what nothing masks is not told")
	}
	queues := maps.Clone(desktest.Queues)
	finance := queues["finance"]
	finance.Masked = []string{"/iban"}
	queues["finance"] = finance
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits,
		Now: d.Clock.Now, Lanes: d.Lanes, Deliveries: d.Deliveries, Delegations: d.Delegations,
	})
	if tells() {
		t.Error("the page tells what is masked now")
	}
}
