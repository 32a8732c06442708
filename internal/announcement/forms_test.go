package announcement

import (
	"encoding/json"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
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
