package desk_test

import (
	"encoding/json"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
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
