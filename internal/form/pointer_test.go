package form_test

import (
	"testing"

	"countersign/internal/form"
)

// TestLeads: a part of an answer is one that some answer may have.
func TestLeads(t *testing.T) {
	t.Parallel()
	const drawn = `{"properties":{"a/b":{"type":"string"},"who":{"properties":{"name":{"type":"string"}}},
		"lines":{"type":"array","items":{"properties":{"item":{"type":"string"}}}},"tags":{"type":"array","items":{"type":"string"}}}}`
	const proposed = `{"more":{"x":[1]}}`
	for pointer, want := range map[string]bool{
		"": true, "/a~1b": true, "/who": true, "/who/name": true, "/lines/7": true, "/lines/0/item": true, "/tags/12": true,
		"/more/x/0": true, "/more/x": true,
		"/a": false, "/who/names": false, "/lines/item": false, "/lines/-1": false, "/lines/00": false, "/lines/0/x": false,
		"/tags/0/x": false, "/a~1b/c": false, "/more/x/1": false, "who": false,
	} {
		if got := form.New(parse(t, drawn)).Leads(form.Pointer(pointer), parse(t, proposed)); got != want {
			t.Errorf("%q leads to something: %t, want %t", pointer, got, want)
		}
	}
	if undrawn := form.New(parse(t, `{"not":{}}`)); !undrawn.Leads("/anything/at/all", form.Value{}) {
		t.Error("in an answer written as JSON, a part is missed")
	}
}
