package announcement

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/schema"
)

// TestDrawing: a form whose values the desk could not keep from people's eyes is refused.
func TestDrawing(t *testing.T) {
	t.Parallel()
	const open = `{"type":"object","properties":{"pin":{"type":"string"}}}`
	for name, tt := range map[string]struct{ schema, value, want string }{
		"OK":           {open, `{"pin":"12"}`, ""},
		"Secret":       {`{"type":"object","properties":{"pin":{"type":"string","writeOnly":true}}}`, ``, ""},
		"Password":     {`{"type":"array","items":{"type":"string","format":"password"}}`, ``, "/outcomes/0/form/items"},
		"SecretNumber": {`{"type":"integer","writeOnly":true}`, ``, "/outcomes/0/form/writeOnly"},
		"Masked":       {`{"type":"integer","x-masked":true}`, ``, ""},
		"MaskedAside":  {`{"type":"object","if":{"properties":{"pin":{"x-masked":true}}}}`, ``, "/outcomes/0/form/if"},
		"Stamp":        {`{"type":"object","properties":{"by":{"type":"string","x-stamp":"reviewer"}}}`, ``, ""},
		"Undrawn":      {`{"type":"object","properties":{"by":{"type":"string","x-stamp":"reviewer"}},"if":{}}`, ``, "/outcomes/0/form"},
		"InList":       {`{"type":"array","items":{"type":"string","x-stamp":"reviewer"}}`, ``, "/outcomes/0/form"},
		"OnNumber":     {`{"type":"object","properties":{"at":{"type":"integer","x-stamp":"now"}}}`, ``, "/outcomes/0/form"},
		"OnChoice":     {`{"type":"object","properties":{"by":{"enum":["a","b"],"x-stamp":"reviewer"}}}`, ``, "/outcomes/0/form"},
		"NoSchema":     {`{"type":`, ``, "/outcomes/0/form"},
		"NoValue":      {open, `{"pin":`, "/outcomes/0/value"},
		"Twice":        {open, `{"pin":"1","pin":"2"}`, "/outcomes/0/value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o callbacks.Outcome
			var faults fault.List
			drawing(&o, Form{Schema: json.RawMessage(tt.schema), Value: json.RawMessage(tt.value)}, "/outcomes/0", &faults)
			switch {
			case tt.want == "" && faults != nil:
				t.Errorf("got %v, want none", faults)
			case tt.want != "" && (len(faults) != 1 || faults[0].Pointer != tt.want):
				t.Errorf("got %v, want one at %s", faults, tt.want)
			}
		})
	}
}

// stamped is a schema with one text that has these keywords.
func stamped(keywords string) string {
	return `{"type":"object","properties":{"at":{"type":"string",` + keywords + `}}}`
}

// TestCheckForms_Fixed: a proposed answer in which something is wrong that no reviewer could correct is
// refused at its place. What they can correct is left to them.
func TestCheckForms_Fixed(t *testing.T) {
	t.Parallel()
	const (
		fixed  = `{"type":"object","required":["key"],"properties":{"n":{"type":"integer"},"key":{"type":"string","minLength":2,"readOnly":true}}}`
		closed = `{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer"}}}`
		lines  = `{"type":"object","properties":{"l":{"type":"array","items":` + fixed + `}}}`
		stamp  = `{"type":"object","required":["by"],"properties":{"by":{"type":"string","format":"email","x-stamp":"email"}}}`
		secret = `{"type":"object","properties":{"pin":{"type":"string","writeOnly":true},"to":{"type":"object","properties":{}}}}`
	)
	for name, tt := range map[string]struct{ schema, value, want string }{
		"Right":         {fixed, `{"key":"PO-1"}`, ""},
		"Missing":       {fixed, `{"n":1}`, "/key"},
		"NoValue":       {fixed, ``, "/key"},
		"Default":       {`{"type":"object","required":["key"],"properties":{"key":{"type":"string","default":"a","readOnly":true}}}`, ``, ""},
		"Invalid":       {fixed, `{"key":"1"}`, "/key"},
		"Correctable":   {fixed, `{"n":"many","key":"PO-1"}`, ""},
		"Undeclared":    {closed, `{"n":1,"erp":2}`, "/erp"},
		"InLine":        {lines, `{"l":[{"n":1}]}`, ""}, // the line can be taken away
		"InFixedList":   {`{"type":"object","properties":{"l":{"type":"array","readOnly":true,"items":{"type":"integer"}}}}`, `{"l":[1,"2"]}`, "/l/1"},
		"Stamped":       {stamp, ``, ""},
		"StampedDay":    {stamped(`"format":"date","x-stamp":"now"`), ``, ""},
		"StampedTime":   {stamped(`"format":"date-time","minLength":20,"x-stamp":"now"`), ``, ""},
		"TimeOfDay":     {stamped(`"format":"time","x-stamp":"now"`), ``, "/at"},
		"TimeTooLong":   {stamped(`"maxLength":19,"x-stamp":"now"`), ``, "/at"},
		"OthersName":    {stamped(`"maxLength":5,"x-stamp":"reviewer"`), ``, ""},                                     // of whoever has a short one
		"OtherType":     {`{"type":"object","properties":{"to":{"type":"object","properties":{}}}}`, `{"to":1}`, ""}, // as JSON
		"OtherTypeOnly": {secret, `{"to":1}`, "/to"},
		"NotDrawn":      {`{"type":"object","if":{},"required":["key"],"properties":{"key":{"readOnly":true}}}`, `{}`, ""},
	} {
		outcome := callbacks.Outcome{Name: "approve", Kind: callbacks.Success, Form: true}
		var drawn fault.List
		drawing(&outcome, Form{Schema: json.RawMessage(tt.schema)}, "", &drawn) // for its stamps
		forms := callbacks.Forms{"approve": {Schema: tt.schema, Value: tt.value}}
		err := CheckForms(t.Context(), []callbacks.Outcome{outcome}, forms, schema.NewCompiler())
		faults, _ := errors.AsType[fault.List](err)
		if tt.want == "" && err == nil {
			continue
		}
		if len(faults) != 1 || faults[0].Pointer != "/outcomes/0/value"+tt.want || !strings.Contains(faults[0].Detail, "no reviewer could change it") {
			t.Errorf("%s: got %v, want one at %q", name, err, tt.want)
		}
	}
}
