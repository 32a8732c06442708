package form_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/internal/form"
)

// order is the proposed answer of the purchase order.
const order = `{
  "order": "PO-5817",
  "quantity": 40,
  "max_price": 815.00,
  "deliver_by": "2026-12-04",
  "speed": "standard",
  "cost_centre": "CC-4410",
  "handover": "2026-12-11T09:30:00+02:00",
  "instructions": "Ramp 3, ask for Rasa at the gate.\nPallets not higher than 1.60 m.",
  "tell": ["rasa@harborline.example", "kaunas-ops@harborline.example"],
  "lines": [
    {"item": "ZB-DS3678", "what": "Scanner, rugged", "pieces": 30, "each": 812.00},
    {"item": "ZB-CR8178", "what": "Cradle", "pieces": 6, "each": 312.00}
  ],
  "ship_to": {"street": "Islandijos pl. 217", "zip": "LT-49179", "city": "Kaunas", "country": "Lithuania"},
  "erp_key": 1e2
}`

func fixture(t testing.TB, name string) *form.Form {
	t.Helper()
	text, err := os.ReadFile("testdata/schemas/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	f := form.New(parse(t, string(text)))
	if !f.Drawn() {
		t.Fatalf("%s is not drawn: %v", name, f.Reasons)
	}
	return f
}

// posted is what a browser posts of the form with some inputs changed. A name that ends with = takes
// its values away.
func posted(f *form.Form, proposed form.Value, changes map[string]string) form.Posted {
	p := browser(f.Fill("a", proposed, nil).Root, form.Posted{})
	for name, value := range changes {
		p["a"+name] = []string{value}
	}
	return p
}

// TestFill: what is typed replaces the bytes of its own value, and nothing else.
func TestFill(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	for _, tc := range []struct{ name, typed, old, changed string }{
		{"/quantity", "36", `"quantity": 40`, `"quantity": 36`},
		{"/quantity", " 3.6e1 ", `"quantity": 40`, `"quantity": 3.6e1`},
		{"/max_price", "815.0", `815.00`, `815.0`},
		{"/max_price", "9223372036854775808", `815.00`, `9223372036854775808`},
		{"/quantity", "", "  \"quantity\": 40,\n", ""},
		{"/deliver_by", "2026-12-11", `"2026-12-04"`, `"2026-12-11"`},
		{"/speed", `"express"`, `"standard"`, `"express"`},
		{"/speed", `Express`, `"standard"`, `"express"`},
		{"/partial", `false`, "1e2\n", "1e2,\n  \"partial\": false\n"},
		{"/handover", "2026-12-11T10:00", `"2026-12-11T09:30:00+02:00"`, `"2026-12-11T10:00:00+02:00"`},
		{"/handover", "2026-06-11T10:00", `"2026-12-11T09:30:00+02:00"`, `"2026-06-11T10:00:00+03:00"`},
		{"/handover", "2026-12-11T09:30:00", `x`, `x`},
		{"/instructions", "a\r\nb", `"Ramp 3, ask for Rasa at the gate.\nPallets not higher than 1.60 m."`, `"a\nb"`},
		{"/instructions", "", `"Ramp 3, ask for Rasa at the gate.\nPallets not higher than 1.60 m."`, `""`},
		{"/tell#add", "teo@harborline.example", `ops@harborline.example"`, `ops@harborline.example", "teo@harborline.example"`},
		{"/tell/1", "b@c.example", `kaunas-ops@harborline.example`, `b@c.example`},
		{"/tell/0", "", `"rasa@harborline.example", `, ``},
		{"/lines/1/pieces", "7", `"pieces": 6`, `"pieces": 7`},
		{"/ship_to/zip", "<b>", `LT-49179`, `<b>`},
		{"/reference", "\u202eKNS", "1e2\n", "1e2,\n  \"reference\": \"\u202eKNS\"\n"},
		{"/order", "PO-1", `x`, `x`},
		{"/answered_by", "me", `x`, `x`},
		{"/erp_key", "7", `x`, `x`},
	} {
		filled := f.Fill("a", proposed, posted(f, proposed, map[string]string{tc.name: tc.typed}))
		if want := strings.Replace(order, tc.old, tc.changed, 1); filled.Answer.JSON() != want {
			t.Errorf("%s = %q: got\n%s\nwant\n%s", tc.name, tc.typed, filled.Answer.JSON(), want)
		}
		if len(filled.Faults) > 0 {
			t.Errorf("%s = %q: got faults %v", tc.name, tc.typed, filled.Faults)
		}
	}
}

// TestFill_Faults: what is no value leaves the proposed one, shows what was typed, and says what to
// type.
func TestFill_Faults(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	for _, tc := range []struct{ name, typed, want string }{
		{"/quantity", "forty", "a number, written in digits, as 12 or 0.5"},
		{"/quantity", "0x10", "a number, written in digits, as 12 or 0.5"},
		{"/quantity", `"1"`, "a number, written in digits, as 12 or 0.5"},
		{"/quantity", "01", "a number, written in digits, as 12 or 0.5"},
		{"/quantity", "NaN", "a number, written in digits, as 12 or 0.5"},
		{"/max_price", "1.000,50", "a number, written with a point and without other separators, as 1234.50"},
		{"/speed", `"slow"`, "is not one of the choices"},
		{"/handover", "tomorrow", "a day and a time, written 2026-12-11T09:30"},
		{"/reference", "\xff", "holds bytes that are not text in UTF-8"},
		{"/lines/1/pieces", "six", "a number, written in digits, as 12 or 0.5"},
	} {
		filled := f.Fill("a", proposed, posted(f, proposed, map[string]string{tc.name: tc.typed}))
		if filled.Answer.JSON() != order {
			t.Errorf("%s = %q: the answer became %s", tc.name, tc.typed, filled.Answer.JSON())
		}
		if len(filled.Faults) != 1 || string(filled.Faults[0].Pointer) != tc.name || filled.Faults[0].Detail != tc.want {
			t.Fatalf("%s = %q: got faults %v", tc.name, tc.typed, filled.Faults)
		}
		e := filled.Near(form.Pointer(tc.name))
		if e.Text != tc.typed || !slices.Equal(e.Faults, []string{tc.want}) {
			t.Errorf("%s = %q: the entry has %q and %v", tc.name, tc.typed, e.Text, e.Faults)
		}
		filled.Blame([]form.Fault{{Pointer: form.Pointer(tc.name), Detail: "at most 60"}, {Pointer: "/lines/0/new", Detail: "is missing"}})
		if len(filled.Faults) != 2 || !slices.Contains(filled.Near("/lines/0").Faults, "is missing") {
			t.Errorf("%s: the validator's faults came as %v", tc.name, filled.Faults)
		}
	}
}

// TestPress: buttons add, remove and reset without losing what was typed elsewhere.
func TestPress(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	p := posted(f, proposed, map[string]string{"/quantity": "36", "/lines/1/pieces": "7", "/tell#add": "teo@harborline.example", "/max_price": "x"})
	for _, button := range []string{"remove:a/lines/0", "add:a/lines", "add:a/tell", "add:a/tell", "add:a/quantity", "remove:a/order", "nonsense", "add:", "reset:a/max_price"} {
		p = f.Press("a", proposed, p, button)
	}
	p["a/lines/n1/item"] = []string{"ZB-1"}
	filled := f.Fill("a", proposed, p)
	want := strings.NewReplacer(
		`"quantity": 40`, `"quantity": 36`,
		`ops@harborline.example"`, `ops@harborline.example", "teo@harborline.example"`,
		"{\"item\": \"ZB-DS3678\", \"what\": \"Scanner, rugged\", \"pieces\": 30, \"each\": 812.00},\n    ", "",
		`"pieces": 6, "each": 312.00}`, "\"pieces\": 7, \"each\": 312.00},\n    {\"item\":\"ZB-1\"}",
	).Replace(order)
	if filled.Answer.JSON() != want {
		t.Errorf("got\n%s\nwant\n%s", filled.Answer.JSON(), want)
	}
	if e := filled.Near("/lines/1/item"); e.Name != "a/lines/n1/item" || e.Text != "ZB-1" {
		t.Errorf("the new line's item is %+v", e)
	}
	tell := filled.Near("/tell")
	if got := len(tell.Entries); got != 4 { // two proposed, one typed, and one that is still empty
		t.Errorf("got %d addresses on the page, want 4", got)
	}
	for _, button := range []string{"reset:a/lines", "reset:a/tell", "reset:a/quantity"} {
		p = f.Press("a", proposed, p, button)
	}
	if got := f.Fill("a", proposed, p).Answer.JSON(); got != order {
		t.Errorf("after resets: got %s", got)
	}
	p = f.Press("a", proposed, posted(f, proposed, nil), "remove:a/lines/1")
	p = f.Press("a", proposed, p, "remove:a/lines/0")
	if got := f.Fill("a", proposed, p).Answer.At("/lines").JSON(); got != "[]" {
		t.Errorf("without lines: got %s", got)
	}
}

// TestFill_Rows: rows that nobody has are ignored, and their number is bounded.
func TestFill_Rows(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	p := posted(f, proposed, nil)
	p["a/lines#rows"] = []string{"", "1", "1", "7", "-1", "n01", "x", "n99999", "../0"}
	if got, want := f.Fill("a", proposed, p).Answer.At("/lines").Len(), 1; got != want {
		t.Errorf("got %d lines, want %d", got, want)
	}
	for n := range 3 * form.MaxRows {
		p["a/tell#rows"] = append(p["a/tell#rows"], "n"+strings.Repeat("1", n%3+1)+string(rune('0'+n%10)))
		p["a/lines#rows"] = append(p["a/lines#rows"], "n1"+string(rune('0'+n%10))+string(rune('0'+n/10%10))+string(rune('0'+n/100%10)))
	}
	if got := f.Fill("a", proposed, p).Answer.At("/lines").Len(); got != form.MaxRows {
		t.Errorf("got %d lines, want %d", got, form.MaxRows)
	}
}

// TestWithStamps: what the desk writes is put in when the answer is sent.
func TestWithStamps(t *testing.T) {
	t.Parallel()
	stamp := func(s form.Stamp) string { return string(s) + `"é` }
	f := fixture(t, "purchase-order")
	got := parse(t, `{"order": "PO-1"}`).WithStamps(f.Stamps(), stamp).JSON()
	if want := `{"order": "PO-1","answered_by": "email\"é"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	nested := form.New(parse(t, `{"type":"object","properties":{"by":{"type":"object","properties":{"name":{"type":"string","x-stamp":"reviewer"},"at":{"type":"string","x-stamp":"now"}}}}}`))
	for answer, want := range map[string]string{
		`{}`: `{"by":{"name":"reviewer\"é","at":"now\"é"}}`, `{"by":{"name":"me"}}`: `{"by":{"name":"reviewer\"é","at":"now\"é"}}`, `{"by":1}`: `{"by":1}`,
	} {
		if got := parse(t, answer).WithStamps(nested.Stamps(), stamp).JSON(); got != want {
			t.Errorf("%s: got %s, want %s", answer, got, want)
		}
	}
}

// TestSecret: a secret is on no page and in no change.
func TestSecret(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"pin":{"type":"string","writeOnly":true,"default":"s3cret"},
		"keys":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"key":{"type":"string","format":"password"}}}}}}`))
	proposed := parse(t, `{"pin":"s3cret","keys":[{"name":"a","key":"s3cret"}]}`)
	for _, tc := range []struct {
		changes map[string]string
		want    string
	}{
		{nil, proposed.JSON()},
		{map[string]string{"/pin#secret": ""}, proposed.JSON()},
		{map[string]string{"/pin#secret": "s3cret2"}, `{"pin":"s3cret2","keys":[{"name":"a","key":"s3cret"}]}`},
		{map[string]string{"/keys/0/key#secret": "s3cret3"}, `{"pin":"s3cret","keys":[{"name":"a","key":"s3cret3"}]}`},
		{map[string]string{"/keys#rows": ""}, `{"pin":"s3cret","keys":[]}`},
	} {
		filled := f.Fill("a", proposed, posted(f, proposed, tc.changes))
		if filled.Answer.JSON() != tc.want {
			t.Errorf("%v: got %s, want %s", tc.changes, filled.Answer.JSON(), tc.want)
		}
		changes := f.Changes(proposed, filled.Answer, form.Typed{})
		if tc.changes != nil && tc.changes["/pin#secret"] != "" && (len(changes) != 1 || changes[0].Kind != form.Replaced) {
			t.Errorf("%v: got changes %v", tc.changes, changes)
		}
		for _, c := range changes {
			if strings.Contains(c.Old+c.New+c.Note, "s3cret") {
				t.Errorf("a change tells the secret: %+v", c)
			}
		}
		if text := texts(filled.Root); strings.Contains(text, "s3cret") {
			t.Errorf("the page tells the secret: %s", text)
		}
	}
	odd := f.Fill("a", parse(t, `{"keys":"s3cret","pin":{"x":"s3cret"}}`), nil)
	if text := texts(odd.Root); strings.Contains(text, "s3cret") {
		t.Errorf("a value of another type is told: %s", text)
	}
}

// texts are what the inputs of a page show.
func texts(e *form.Entry) string {
	text := e.Text + e.WasText()
	for _, child := range e.Entries {
		text += texts(child)
	}
	return text
}
