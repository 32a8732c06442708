package form_test

import (
	"fmt"
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
		{"/iban", "DE02 1203", "", ""}, // guessed
		{"/pay", "7.50e4", "", ""},
		{"/iban", "AT61", `"DE02 1203"`, `"AT61"`},
		{"/cards/0/number", "12", `"4711 0815"`, `"12"`},
		{"/note", "m", `"n"`, `"m"`},
	} {
		filled := f.Fill("a", proposed, posted(f, proposed, map[string]string{tt.name: tt.value}))
		if got, want := filled.Answer.JSON(), strings.Replace(hidden, tt.old, tt.changed, 1); got != want {
			t.Errorf("%s=%q: got %s, want %s", tt.name, tt.value, got, want)
		}
		for _, value := range []string{"DE02 1203", "7.50e4", "4711 0815"} {
			if text := texts(filled.Root); value != tt.value && strings.Contains(text, value) {
				t.Errorf("%s=%q: the page tells what is masked: %s", tt.name, tt.value, text)
			}
		}
		for _, c := range f.Changes(proposed, filled.Answer, filled.TypedBy("mara")) {
			if tt.name != "/note" && (c.Kind != form.Replaced || c.Old+c.New+c.Note != "") {
				t.Errorf("%s=%q: the change tells a value: %+v", tt.name, tt.value, c)
			}
		}
	}
	emptied := f.Fill("a", proposed, posted(f, proposed, map[string]string{"/iban": "", "/iban#revealed": "1"}))
	if got, want := emptied.Answer.JSON(), strings.Replace(hidden, `"DE02 1203"`, `""`, 1); got != want {
		t.Errorf("a revealed value that was deleted: got %s, want %s", got, want)
	}
	removed := f.Changes(proposed, parse(t, strings.Replace(hidden, `{"name":"a","number":"4711 0815"}`, ``, 1)), form.Typed{})
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
	for text, proposed := range map[string]string{`"DE02\r\n1203"`: `{"iban":"DE02\r\n1203"}`, `"\u0007"`: `{"iban":"\u0007"}`} { // no input can carry them
		e, ok := f.Reveal("a", parse(t, proposed), "a/iban")
		if !ok || e.Text != text || !e.Fixed() {
			t.Errorf("%s: %t, %+v", text, ok, e)
			continue
		}
		shown := f.Fill("a", parse(t, proposed), form.Posted{"a/iban": {e.Text}, "a/iban#revealed": {"proof"}})
		if got := shown.Root.Entries[1]; got.Text != text || !shown.Answer.Same(parse(t, proposed)) {
			t.Errorf("%s: the page that comes back shows %q, and the answer is %s", text, got.Text, shown.Answer.JSON())
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

// TestMasked_Guess: what is typed over a hidden value counts as replaced, whether it is that value or not:
// nothing of what the page is made of tells the two apart but the typed text itself.
func TestMasked_Guess(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, hiding))
	proposed := parse(t, strings.Replace(hidden, `"note"`, `"pin":"0000", "note"`, 1))
	for name, guesses := range map[string][2]string{
		"/iban": {"DE02 1203", "DE02 1204"}, "/pay": {"7.50e4", "7.51e4"}, "/cards/0/number": {"4711 0815", "4711 0816"},
		"/pin#secret": {"0000", "0001"},
	} {
		var seen [2]string
		for i, guess := range guesses {
			filled := f.Fill("a", proposed, posted(f, proposed, map[string]string{name: guess}))
			var changed []string
			each(filled.Root, func(e *form.Entry) {
				changed = append(changed, fmt.Sprintf("%s %t %t %t", e.Name, e.Changed, e.Masked, e.Typed))
			})
			answer := f.Veil(filled.Answer).JSON()
			seen[i] = fmt.Sprint(changed, f.Changes(proposed, filled.Answer, filled.TypedBy("mara")), answer)
			if stripped := f.Strip(filled.Answer, filled.TypedBy("mara")); strings.HasSuffix(name, "#secret") && strings.Contains(stripped.JSON(), guess) {
				t.Errorf("%s: a secret that was typed stays in %s", guess, stripped.JSON())
			}
		}
		if seen[0] != seen[1] || !strings.Contains(seen[0], "replaced") {
			t.Errorf("%s: a right guess gives\n%s\nand a wrong one\n%s", name, seen[0], seen[1])
		}
	}
}

// TestMasked_GuessedLine: a line that was added and is the same as a hidden one is told as another one is.
func TestMasked_GuessedLine(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, hidden)
	var seen [2]string
	for i, guess := range []string{"4711 0815", "4711 0816"} {
		filled := f.Fill("a", proposed, form.Posted{
			"a/cards#rows": {"", "n1", "0"}, "a/cards/n1/name": {"a"}, "a/cards/n1/number": {guess},
		})
		seen[i] = fmt.Sprint(f.Changes(proposed, filled.Answer, filled.TypedBy("mara")))
	}
	if seen[0] != seen[1] {
		t.Errorf("a right guess gives\n%s\nand a wrong one\n%s", seen[0], seen[1])
	}
}

func each(e *form.Entry, visit func(*form.Entry)) {
	visit(e)
	for _, child := range e.Entries {
		each(child, visit)
	}
}

// TestProven: only what the desk proves says that a value was revealed. Then it is compared, shown, and
// deleted by an empty input.
func TestProven(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, hiding)), parse(t, hidden)
	fill := func(typed, proof string) *form.Filled {
		p := form.Posted{"a/iban": {typed}, "a/iban#revealed": {proof}}
		return f.Fill("a", proposed, p.Proven(func(name, proof string) bool { return name == "a/iban" && proof == "good" }))
	}
	if got := fill("DE02 1203", "good"); got.Near("").Changed || got.Near("/iban").Text != "DE02 1203" || got.Near("/iban").Proof != "good" {
		t.Errorf("a revealed value that was left alone: %+v", got.Near("/iban"))
	}
	if got := fill("", "good").Answer.JSON(); got != strings.Replace(hidden, `"DE02 1203"`, `""`, 1) {
		t.Errorf("a revealed value that was deleted: %s", got)
	}
	if got := fill("DE02 1203", "1").Near("/iban"); !got.Changed || got.Revealed {
		t.Errorf("without proof: %+v", got)
	}
	if got := fill("", "1"); got.Answer.JSON() != hidden || !got.Near("/iban").Masked {
		t.Errorf("emptied without proof: %s", got.Answer.JSON())
	}
}

// TestStrip: what was typed as a secret is taken out, also where the sender proposed the same, and what
// they proposed stays.
func TestStrip(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, hiding))
	for _, tt := range []struct{ proposed, typed, want string }{
		{hidden, "", hidden},
		{`{"pin":"0000"}`, "", `{"pin":"0000"}`},
		{`{"pin":"0000"}`, "0000", `{"pin":"••••••"}`},
		{`{"pin":"0000"}`, "4711", `{"pin":"••••••"}`},
		{`{"pin":["x"]}`, "", `{"pin":["x"]}`},
	} {
		filled := f.Fill("a", parse(t, tt.proposed), form.Posted{"a/pin#secret": {tt.typed}})
		if got := f.Strip(filled.Answer, filled.TypedBy("mara")).JSON(); got != tt.want {
			t.Errorf("%q over %s: got %s, want %s", tt.typed, tt.proposed, got, tt.want)
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
