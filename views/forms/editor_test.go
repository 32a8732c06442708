package forms_test

import (
	"testing"

	"countersign/internal/form"
	"countersign/views/forms"
	"countersign/views/viewstest"
)

// written is a form whose answer is written as JSON.
func written(t *testing.T, name, text string, faults ...form.Fault) forms.Form {
	t.Helper()
	schema := fixture(t, name)
	answer, _ := form.Parse(text) // what is no JSON has no answer
	return forms.Form{
		Form: form.New(parse(t, schema)), Filled: &form.Filled{Answer: answer, Faults: faults}, Text: text, Schema: schema,
		Prefix: prefix, Outcome: "approve", Told: len(faults) > 0,
	}
}

func TestEditor(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, schema, text string
		faults             []form.Fault
		state, said        string
		wrong              int // lines
	}{
		{"valid", "contract-terms", "{\n  \"terms\": \"net 30\"\n}", nil, "Valid", "", 0},
		{
			"faults", "purchase-order", "{\n  \"quantity\": 64,\n  \"lines\": [\n    {\"pieces\": 0}\n  ]\n}",
			[]form.Fault{{Pointer: "/lines/0/pieces", Detail: "at least 1"}, {Pointer: "/quantity", Detail: "at most 60"}},
			"2 errors, lines 2 and 4", "Line 2 quantity: at most 60 Line 4 lines, 0, pieces: at least 1", 2,
		},
		{
			"no JSON", "purchase-order", "{\n  \"quantity\": 64\n  \"speed\": 1\n}", []form.Fault{{Detail: "Line 3, column 3: a comma or } is missing"}},
			"1 error, line 3", "Line 3 column 3: a comma or } is missing", 1,
		},
		{"empty", "purchase-order", " ", []form.Fault{{Detail: "there is no value"}}, "1 error, line 1", "Line 1 The answer is empty.", 1},
	} {
		page := viewstest.HTML(t, forms.Fields(written(t, tc.schema, tc.text, tc.faults...)))
		if got := viewstest.Words(page.Find("[data-state]")); got != tc.state {
			t.Errorf("%s: got state %q, want %q", tc.name, got, tc.state)
		}
		if got := viewstest.Words(page.Find(".line-faults:not([hidden])")); got != tc.said {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.said)
		}
		if got := page.Find(".gutter .e").Length(); got != tc.wrong {
			t.Errorf("%s: %d lines are marked, want %d", tc.name, got, tc.wrong)
		}
		if got := posts(page)[prefix+"#json"]; len(got) != 1 || form.Text(got[0]).JSON() == "" {
			t.Errorf("%s: the page posts %q", tc.name, got)
		}
	}
}

// TestEditor_NotDrawn says why there are no fields.
func TestEditor_NotDrawn(t *testing.T) {
	t.Parallel()
	page := viewstest.HTML(t, forms.Fields(written(t, "contract-terms", "{}")))
	note := viewstest.Words(page.Find(".note"))
	const want = "This form cannot be drawn. Its schema uses if , then , patternProperties . Answer as JSON: it is checked against the whole schema"
	if len(note) < len(want) || note[:len(want)] != want {
		t.Errorf("got %q", note)
	}
	if page.Find(`button[value^="form:"], button[value^="json:"]`).Length() > 0 {
		t.Error("a form that cannot be drawn offers its fields")
	}
	drawn := viewstest.HTML(t, forms.Fields(written(t, "purchase-order", "{}")))
	if drawn.Find(`button[value="form:`+prefix+`"]`).Length() != 1 {
		t.Error("nothing leads back from JSON to the fields")
	}
}
