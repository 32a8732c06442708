package strictyaml

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type shapeless struct {
	Any json.RawMessage `yaml:"any"`
}

// TestAnyValue: order and numbers are those of the file.
func TestAnyValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"any: {b: 1e2, a: 0.10, big: 9223372036854775808}": `{"b":1e2,"a":0.10,"big":9223372036854775808}`,
		"any:\n  list:\n  - x\n  - [True, null, ~]\n":      `{"list":["x",[true,null,null]]}`,
		"any: plain text":                `"plain text"`,
		"any: \"{{input/<a>}} \\u202e\"": "\"{{input/<a>}} \u202e\"",
		"any: |\n  two\n  lines\n":       `"two\nlines\n"`,
		"any: []":                        `[]`,
		"any: {}":                        `{}`,
		"any: {111122223333: {}}":        `{"111122223333":{}}`,
	} {
		var got shapeless
		if faults := Read([]byte(text), &got).Faults(); len(faults) > 0 {
			t.Errorf("%s: %v", text, faults)
		}
		if string(got.Any) != want || !json.Valid(got.Any) {
			t.Errorf("%s: got %s, want %s", text, got.Any, want)
		}
	}
}

// TestAnyValue_Faults: each part has its place.
func TestAnyValue_Faults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"any: {a: [1, 0x10]}":  "1:14: any.a[1]: 0x10 is no number of JSON: write it as 12 or 0.5, or put it in quotes",
		"any:\n  a: 1_000":     "2:6: any.a: 1_000 is no number of JSON: write it as 12 or 0.5, or put it in quotes",
		"any:\n  a: .5":        "2:6: any.a: .5 is no number of JSON: write it as 12 or 0.5, or put it in quotes",
		"any:\n  a: .inf":      "2:6: any.a: .inf is no number of JSON: write it as 12 or 0.5, or put it in quotes",
		"any:\n  a: 1\n  a: 2": "3:3: any.a: the key stands here a second time, first in line 2: remove one",
		"any:":                 "1:1: any: there is no value here: write one, or remove the key",
		"any: {a: &x 1, b: *x}": `1:10: an anchor (&) is not allowed: write the value out; a text that begins with & needs quotes
1:19: an alias (*) is not allowed: write the value out; a text that begins with * needs quotes, as "*"`,
		"any: {a: {{input}}}": "1:11: the mapping is not closed after here: add }",
	} {
		var got shapeless
		var lines []string
		for _, f := range Read([]byte(text), &got).Faults() {
			lines = append(lines, f.String())
		}
		if diff := cmp.Diff(want, strings.Join(lines, "\n")); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

// TestAnyValueIsRead: what is written of a value is read as the same bytes.
func TestAnyValueIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.MapOf(rapid.StringMatching(`[^\pC]{1,20}`), rapid.SliceOf(rapid.StringMatching(`[^\pC]{0,20}`))).Draw(t, "value")
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var first, second shapeless
		if faults := Read(append([]byte("any: "), text...), &first).Faults(); len(faults) > 0 {
			t.Fatalf("%s\n%v", text, faults)
		}
		written := Write(first, false)
		if faults := Read(written, &second).Faults(); len(faults) > 0 {
			t.Fatalf("%s\n%v", written, faults)
		}
		if string(first.Any) != string(second.Any) {
			t.Errorf("%s became %s", first.Any, second.Any)
		}
	})
}
