package form_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/form"
)

// anything is a [form.Checker] that finds no fault.
type anything struct{}

func (anything) Check(context.Context, string) []form.Fault { return nil }

const keeping = `{"type":"object","properties":{
	"order":{"type":"string","readOnly":true},"n":{"type":"integer"},"by":{"type":"string","x-stamp":"reviewer"},
	"ship":{"type":"object","readOnly":true,"properties":{"to":{"type":"string"}}},
	"lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string","readOnly":true},"n":{"type":"integer"}}}}}}`

const toKeep = `{"order":"PO-1","n":1,"ship":{"to":"Kaunas"},"lines":[{"sku":"a","n":1},{"sku":"b","n":2,"id":7}],"key":[1]}`

// TestCheck_ReadOnly: an answer that is written as JSON changes nothing that fields could not change.
func TestCheck_ReadOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ old, changed, want string }{
		{`"n":1,"ship"`, `"n":2,"ship"`, ""},
		{`"PO-1"`, `"PO-2"`, "/order"},
		{`"order":"PO-1",`, ``, "/order"},
		{`"PO-1"`, `"PO-\u0031"`, "/order"},
		{`"Kaunas"`, `"Vilnius"`, "/ship"},
		{`"ship":{"to":"Kaunas"}`, `"ship" : { "to" : "Kaunas" }`, ""},
		{`"key":[1]`, `"key":[2]`, "/key"},
		{`,"key":[1]`, ``, "/key"},
		{`"key":[1]`, `"key":[ 1 ],"more":1,"by":"me"`, ""},
		{`{"sku":"a","n":1},`, ``, ""},
		{`{"sku":"a","n":1},{"sku":"b","n":2,"id":7}`, `{"sku":"b","n":3,"id":7}`, ""},
		{`{"sku":"a","n":1},{"sku":"b","n":2,"id":7}`, `{"sku":"b","n":3,"id":7},{"n":5},{"sku":"a"}`, ""},
		{`{"sku":"a","n":1}`, `{"sku":"c","n":1}`, "/lines/0/sku"},
		{`"id":7`, `"id":8`, "/lines/1/sku"},
		{`{"sku":"a","n":1}`, `{"sku":"b","n":1,"id":7}`, "/lines/1/sku"}, // there is one of it
		{`[{"sku":"a","n":1},{"sku":"b","n":2,"id":7}]`, `null`, ""},
		{toKeep, `null`, "/order /ship /key"},
		{toKeep, `[]`, "/order /ship /key"},
	} {
		answer := strings.Replace(toKeep, tt.old, tt.changed, 1)
		filling := form.Open(keeping, toKeep, "a", form.Posted{form.JSONName("a"): {answer}}, nil)
		filling.Check(t.Context(), filling.Answer, anything{})
		var at []string
		for _, fault := range filling.Faults {
			at = append(at, string(fault.Pointer))
			if fault.Detail != "is read-only" {
				t.Errorf("%s: %s", answer, fault.Detail)
			}
		}
		if got := strings.Join(at, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", answer, got, tt.want)
		}
	}
}

// TestCheck_ReadOnlyTaken: neither does an answer that somebody else has signed.
func TestCheck_ReadOnlyTaken(t *testing.T) {
	t.Parallel()
	filling := form.Open(keeping, toKeep, "a", nil, nil)
	filling.Take(parse(t, strings.Replace(toKeep, "PO-1", "PO-2", 1)), form.Typed{})
	filling.Check(t.Context(), filling.Answer, anything{})
	if len(filling.Faults) != 1 || filling.Faults[0].Pointer != "/order" {
		t.Errorf("got %v", filling.Faults)
	}
}

// TestCheck_ReadOnlyLong: long lists that have nothing in common are compared within a bound, and long
// ones from which much was taken away whole.
func TestCheck_ReadOnlyLong(t *testing.T) {
	t.Parallel()
	list := func(from, to int) string {
		var items []string
		for i := from; i < to; i++ {
			items = append(items, fmt.Sprintf(`{"sku":"%d"}`, i))
		}
		return `{"lines":[` + strings.Join(items, ",") + `]}`
	}
	for answer, want := range map[string]int{list(5_000, 8_000): 1, list(100, 3_000): 0, list(0, 2_900): 0} {
		filling := form.Open(keeping, list(0, 3_000), "a", form.Posted{form.JSONName("a"): {answer}}, nil)
		filling.Check(t.Context(), filling.Answer, anything{})
		if len(filling.Faults) != want || want > 0 && !strings.Contains(filling.Faults[0].Detail, "too long to be compared") {
			t.Errorf("got %d faults, want %d", len(filling.Faults), want)
		}
	}
}
