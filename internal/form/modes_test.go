package form_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"countersign/internal/form"
)

// TestModes: an answer keeps its bytes when the page shows it as JSON, and in fields again. Where
// fields cannot say it, the page stays with JSON.
func TestModes(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"text":{"type":"string"},"number":{"type":"number"},"yes":{"type":"boolean"},
		"tags":{"type":"array","items":{"type":"string"}},"rows":{"type":"array","items":{"type":"object","properties":{"text":{"type":"string"},"number":{"type":"number"}}}},
		"nest":{"type":"object","properties":{"text":{"type":"string"}}}}}`))
	r := rand.New(rand.NewPCG(3, 4))
	fields := 0
	for range 20_000 {
		proposed, answer := parse(t, document(r, 3)), parse(t, document(r, 3))
		typed := form.Posted{form.JSONName("a"): {answer.JSON()}, "other": {"kept"}}
		shown := f.Press("a", proposed, typed, "form:a")
		filled := f.Fill("a", proposed, shown)
		if !filled.Answer.Same(answer) && !answer.Same(proposed) || shown["other"][0] != "kept" {
			t.Fatalf("%s from %s became %s in fields", answer.JSON(), proposed.JSON(), filled.Answer.JSON())
		}
		if filled.Root == nil {
			continue
		}
		fields++
		back := f.Fill("a", proposed, f.Press("a", proposed, shown, "json:a"))
		if back.Root != nil || !back.Answer.Same(answer) {
			t.Fatalf("%s became %s as JSON", answer.JSON(), back.Answer.JSON())
		}
	}
	if fields < 10 {
		t.Errorf("only %d answers were shown in fields", fields)
	}
}

// TestModes_Edits: usual edits that somebody makes in JSON are shown in fields.
func TestModes_Edits(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	for _, edited := range []form.Value{
		proposed.With("quantity", parse(t, "36")), proposed.With("partial", parse(t, "false")), proposed.With("tell", parse(t, `["rasa@harborline.example"]`)),
		proposed.With("ship_to", proposed.Member("ship_to").With("zip", form.Text("LT-1"))), proposed.With("instructions", form.Text("a\nb")),
	} {
		shown := f.Press("a", proposed, form.Posted{form.JSONName("a"): {edited.JSON()}}, "form:a")
		if filled := f.Fill("a", proposed, shown); filled.Root == nil || !filled.Answer.Same(edited) {
			t.Errorf("%s is not shown in fields", edited.JSON())
		}
	}
	wrong := form.Posted{"a/quantity": {"many"}}
	if got := f.Press("a", proposed, wrong, "json:a"); got["a/quantity"] == nil {
		t.Error("what was typed is lost with a text that is no number")
	}
	if got := f.Press("a", proposed, form.Posted{form.JSONName("a"): {"{"}}, "form:a"); got[form.JSONName("a")] == nil {
		t.Error("what was typed is lost with a text that is no JSON")
	}
	secret := form.New(parse(t, `{"type":"object","properties":{"pin":{"type":"string","writeOnly":true}}}`))
	if got := secret.Press("a", parse(t, `{"pin":"s3cret"}`), form.Posted{}, "json:a"); len(got) != 0 {
		t.Errorf("a secret is shown as JSON: %v", got)
	}
}

// TestPress_Format: a document gets lines, and its values keep their bytes. What is no document stays.
func TestPress_Format(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, `{"not":{}}`)), parse(t, `{}`)
	long := "[" + strings.Repeat("1,", 30_000) + "1]"
	for text, want := range map[string]string{
		`{"a":1e2,"b":[0.10,"\u00e9"],"c":{}}`: "{\n  \"a\": 1e2,\n  \"b\": [\n    0.10,\n    \"\\u00e9\"\n  ],\n  \"c\": {}\n}",
		`{"a":`:                                `{"a":`, "": "", long: long,
	} {
		p := f.Press("a", proposed, form.Posted{form.JSONName("a"): {text}}, "format:a")
		if got := p[form.JSONName("a")][0]; got != want {
			t.Errorf("%.60q became %.60q, want %.60q", text, got, want)
		}
	}
}
