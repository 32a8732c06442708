package form_test

import (
	"strings"
	"testing"

	"countersign/internal/form"
	"countersign/internal/mask"
)

// TestOpen_Covered: what a form repeats of a value that is masked elsewhere is on no page, goes back as it
// came, and is revealed by its name.
func TestOpen_Covered(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","properties":{"iban":{"type":"string"},"pay":{"type":"integer"},"note":{"type":"string"},
		"at":{"type":"string","format":"date-time"},"way":{"enum":["DE02 a","b"]},"tags":{"type":"array","items":{"type":"string"}},
		"rows":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"},"to":{"type":"string"}}}}}}`
	cover := mask.CoverOf([]byte(`["DE02", 75000, "2026-12-11T09:30:00Z"]`), []string{"/*"})
	for _, tt := range []struct{ schema, value, name, revealed string }{
		{schema, `{"iban":"to DE02 1203","note":"n"}`, "a/iban", "to DE02 1203"},
		{schema, `{"pay":75000,"note":"n"}`, "a/pay", "75000"},
		{schema, `{"at":"2026-12-11T09:30:00Z"}`, "a/at", `"2026-12-11T09:30:00Z"`},
		{schema, `{"way":"DE02 a"}`, "a/way", `"DE02 a"`},
		{schema, `{"tags":["x", "DE02"]}`, "a/tags", `["x", "DE02"]`},
		{schema, `{"rows":[{"n":1,"to":"x"},{"n":2,"to":"DE02"}]}`, "a/rows/1/to", "DE02"},
		{schema, `{"rows":[{"n":1},"DE02"]}`, "a/rows", `[{"n":1},"DE02"]`},
		{schema, `{"rows":[{"n":1},{"n":2,"key":"DE02"}]}`, "a/rows/1/key", `"DE02"`},
		{strings.Replace(schema, `"type":"array","items":{"type":"object"`, `"type":"array","uniqueItems":true,"items":{"type":"object"`, 1), `{"rows":[{"n":1,"to":"x"},{"n":2,"to":"DE02"}]}`, "a/rows", `[{"n":1,"to":"x"},{"n":2,"to":"DE02"}]`},
		{schema, `{"key":{"DE02":[1]}}`, "a/key", `{"DE02":[1]}`},
		{schema, `["DE02"]`, "a", `["DE02"]`},
		{schema, `{"note":"n","DE02":1}`, "a", `{"note":"n","DE02":1}`},
		{`{"if":{}}`, `{"iban":"DE02"}`, "a", `{"iban":"DE02"}`},
		{`{"type":"string","default":"DE02"}`, ``, "a", `DE02`},
	} {
		typed := form.Posted{form.JSONName("a"): {`"typed"`}}
		filling := form.Open(tt.schema, tt.value, "a", typed, cover)
		if filling.Root == nil || !filling.Answer.Same(filling.Proposed) || len(filling.Changes) > 0 {
			t.Errorf("%s: the answer is %s", tt.value, filling.Answer.JSON())
			continue
		}
		if text := texts(filling.Root) + filling.Text + filling.Form.Veil(filling.Answer).JSON(); strings.Contains(text, "DE02") || strings.Contains(text, "2026") || strings.Contains(text, "75000") {
			t.Errorf("%s: the page has %s", tt.value, text)
		}
		e, ok := filling.Form.Reveal("a", filling.Proposed, tt.name)
		if !ok || e.Text != tt.revealed {
			t.Errorf("%s: revealed is %t, %+v", tt.value, ok, e)
			continue
		}
		proven := form.Posted{tt.name: {e.Text}, e.RevealedName(): {"proof"}}
		again := form.Open(tt.schema, tt.value, "a", proven, cover)
		if !again.Answer.Same(again.Proposed) || !strings.Contains(texts(again.Root), tt.revealed) {
			t.Errorf("%s: the page that comes back has %s, and the answer is %s", tt.value, texts(again.Root), again.Answer.JSON())
		}
	}
	over := form.Open(schema, `{"iban":"DE02","note":"n"}`, "a", form.Posted{"a/iban": {"DE02"}}, cover)
	if len(over.Changes) != 1 || over.Changes[0].Kind != form.Replaced || over.Changes[0].New != "" {
		t.Errorf("a guess is told: %+v", over.Changes)
	}
	const stamped = `{"type":"object","properties":{"by":{"readOnly":true,"type":"object","properties":{"who":{"type":"string","x-stamp":"email"}}}}}`
	if asJSON := form.Open(stamped, `{"by":{"who":"DE02"}}`, "a", form.Posted{form.JSONName("a"): {`{}`}}, cover); asJSON.Root == nil || strings.Contains(texts(asJSON.Root), "DE02") {
		t.Errorf("what the desk writes over is told: %s", asJSON.Text)
	}
	if clear := form.Open(schema, `{"iban":"AT61"}`, "a", nil, cover); clear.Form.HasSecret || clear.Root.Entries[0].Text != "AT61" {
		t.Error("what is masked nowhere is masked")
	}
}
