package form_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/form"
)

const hiding = `{"type":"object","properties":{
	"pin":{"type":"string","writeOnly":true},
	"iban":{"type":"string","x-masked":true},
	"pay":{"type":"integer","x-masked":true,"maximum":90000},
	"note":{"type":"string"},
	"cards":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"number":{"type":"string","x-masked":true}}}}}}`

const hidden = `{ "iban": "DE02 1203", "pay":7.50e4, "note":"n", "cards":[{"name":"a","number":"4711 0815"}], "x":[1] }`

// TestMasked: a masked value is on no page, an untouched one goes back as it came, and what is typed
// over it is the reader's own.
func TestMasked(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, hidden)
	for _, tt := range []struct{ name, value, old, changed string }{
		{"", "", "", ""},
		{"/iban", "", "", ""},
		{"/iban", "DE02 1203", "", ""}, // revealed and left alone
		{"/pay", "7.50e4", "", ""},
		{"/iban", "AT61", `"DE02 1203"`, `"AT61"`},
		{"/cards/0/number", "12", `"4711 0815"`, `"12"`},
		{"/note", "m", `"n"`, `"m"`},
	} {
		filled := f.Fill("a", proposed, posted(f, proposed, map[string]string{tt.name: tt.value}))
		if got, want := filled.Answer.JSON(), strings.Replace(hidden, tt.old, tt.changed, 1); got != want {
			t.Errorf("%s=%q: got %s, want %s", tt.name, tt.value, got, want)
		}
		if text := texts(filled.Root); strings.Contains(text, "DE02") || strings.Contains(text, "7.50e4") || strings.Contains(text, "4711") {
			t.Errorf("%s=%q: the page tells what is masked: %s", tt.name, tt.value, text)
		}
		for _, c := range f.Changes(proposed, filled.Answer) {
			if tt.name != "/note" && (c.Kind != form.Replaced || c.Old+c.New+c.Note != "") {
				t.Errorf("%s=%q: the change tells a value: %+v", tt.name, tt.value, c)
			}
		}
	}
	emptied := f.Fill("a", proposed, posted(f, proposed, map[string]string{"/iban": "", "/iban#revealed": "1"}))
	if got, want := emptied.Answer.JSON(), strings.Replace(hidden, `"DE02 1203"`, `""`, 1); got != want {
		t.Errorf("a revealed value that was deleted: got %s, want %s", got, want)
	}
	removed := f.Changes(proposed, parse(t, strings.Replace(hidden, `{"name":"a","number":"4711 0815"}`, ``, 1)))
	if len(removed) != 1 || removed[0].Old != "a" {
		t.Errorf("a line that was taken away: %+v", removed)
	}
}

// TestReveal: only masked values are revealed, by the names of their inputs.
func TestReveal(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, hidden)
	for name, want := range map[string]string{
		"a/iban": "DE02 1203", "a/pay": "7.50e4", "a/cards/0/number": "4711 0815", "a/note": "", "a/pin": "", "a/x": "", "a": "", "": "", "a/cards/1/number": "",
	} {
		e, ok := f.Reveal("a", proposed, name)
		if ok != (want != "") || ok && e.Text != want {
			t.Errorf("%s: %t, %+v", name, ok, e)
		}
	}
	if _, ok := f.Reveal("a", parse(t, `{}`), "a/iban"); ok {
		t.Error("a value that was not proposed is revealed")
	}
}

// TestVeil: an answer is shown with a mask in each hidden place, whatever stands there.
func TestVeil(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, hiding))
	for answer, want := range map[string]string{
		hidden:                             `{ "iban": "••••••", "pay":"••••••", "note":"n", "cards":[{"name":"a","number":"••••••"}], "x":[1] }`,
		`{"pin":"4711"}`:                   `{"pin":"••••••"}`,
		`{"pin":{"a":[4711]},"iban":null}`: `{"pin":"••••••","iban":"••••••"}`,
		`{"cards":"4711"}`:                 `{"cards":"••••••"}`,
		`{"cards":[4711]}`:                 `{"cards":["••••••"]}`,
		`["4711"]`:                         `"••••••"`,
		`{"note":["4711"]}`:                `{"note":["4711"]}`,
	} {
		if got := f.Veil(parse(t, answer)).JSON(); got != want {
			t.Errorf("%s: got %s, want %s", answer, got, want)
		}
	}
}

// TestStrip: what was typed as a secret is taken out, and what the sender proposed stays.
func TestStrip(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, hiding))
	for _, tt := range []struct{ proposed, answer, want string }{
		{hidden, hidden, hidden},
		{`{}`, `{"pin":"4711","iban":"DE02"}`, `{"pin":"••••••","iban":"DE02"}`},
		{`{"pin":"0000"}`, `{"pin":"0000"}`, `{"pin":"0000"}`},
		{`{"pin":"0000"}`, `{"pin":"4711"}`, `{"pin":"••••••"}`},
		{`{"pin":["x"]}`, `{"pin":["x"]}`, `{"pin":["x"]}`},
	} {
		if got := f.Strip(parse(t, tt.proposed), parse(t, tt.answer)).JSON(); got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.answer, tt.proposed, got, tt.want)
		}
	}
	if f.SecretAt != "/properties/pin" || !f.AsksSecret() {
		t.Errorf("the form asks for a secret at %q", f.SecretAt)
	}
}

// TestSeal: what is typed as a secret goes through a page sealed, and an input left empty keeps it.
func TestSeal(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, `{}`)
	seal := func(name, secret string) string { return "box of " + name + " " + secret[:1] }
	sealed := form.Posted{"a/pin#secret": {"4711"}, "a/note": {"n"}}.Seal(seal)
	if len(sealed) != 2 || sealed["a/pin#sealed"][0] != "box of a/pin 4" {
		t.Fatalf("got %v", sealed)
	}
	sealed["a/pin#secret"] = []string{""}
	sealed = sealed.Seal(seal)
	opened, lost := sealed.Open(func(name, sealed string) (string, bool) { return "4711", name == "a/pin" && sealed == "box of a/pin 4" })
	if len(lost) > 0 {
		t.Fatalf("lost %v", lost)
	}
	filled := f.Fill("a", proposed, opened)
	if got := filled.Answer.JSON(); got != `{"pin":"4711","note":"n"}` {
		t.Errorf("got %s", got)
	}
	e := filled.Near("/pin")
	if e.Sealed != "box of a/pin 4" || e.Text != "" || e.SecretName() != "a/pin#secret" || e.SealedName() != "a/pin#sealed" {
		t.Errorf("the entry is %+v", e)
	}
	if reset := f.Press("a", proposed, opened, "reset:a/pin"); len(reset) != 1 {
		t.Errorf("reset leaves %v", reset)
	}
	filled.Unreadable([]string{"a/pin", "a/nothing"})
	if len(filled.Faults) != 1 || len(e.Faults) != 1 {
		t.Errorf("a secret that cannot be read: %v", filled.Faults)
	}
	if opened, lost = sealed.Open(func(string, string) (string, bool) { return "", false }); !slices.Equal(lost, []string{"a/pin"}) || len(opened) != 1 {
		t.Errorf("a box that does not open: %v, lost %v", opened, lost)
	}
	if got := (form.Posted{"a/pin#secret": {"1"}, "a/pin#sealed": {"old"}}).Seal(func(string, string) string { return "" }); len(got) != 0 {
		t.Errorf("without a key: %v", got)
	}
}

// TestHidden_NoJSON: the answer to a form that hides something is never written as JSON.
func TestHidden_NoJSON(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, hidden)
	filled := f.Fill("a", proposed, form.Posted{form.JSONName("a"): {`{"pin":"4711"}`}})
	if filled.Root == nil || filled.Text != "" || filled.Answer.JSON() != hidden {
		t.Errorf("got %q, %s", filled.Text, filled.Answer.JSON())
	}
}
