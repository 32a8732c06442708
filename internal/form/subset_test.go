package form_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"countersign/internal/form"
)

var update = flag.Bool("update", false, "write the table of docs/forms.md")

const (
	docs  = "../../docs/forms.md"
	begin = "<!-- the table of form.Keywords: go test ./internal/form -update -->\n"
	end   = "<!-- end of the table -->\n"
)

// table is the declared subset as the documentation has it.
func table() string {
	var b strings.Builder
	b.WriteString("| Keyword | A schema with it is | |\n| --- | --- | --- |\n")
	says := map[form.Class]string{form.Drawn: "drawn", form.Checked: "checked", form.Outside: "answered as JSON", form.Refused: "refused"}
	for _, k := range form.Keywords {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, says[k.Class], k.Says)
	}
	return b.String()
}

// TestKeywords: the documentation has the table of the code.
func TestKeywords(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s does not have the marks of the table", docs)
	}
	want := before + begin + table() + end + after
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s does not have the table of the code; go test ./internal/form -update writes it", docs)
	}
}

// TestKeywords_AreKept: each keyword does to a form what its class says.
func TestKeywords_AreKept(t *testing.T) {
	t.Parallel()
	for _, k := range form.Keywords {
		if k.Class == form.Drawn {
			continue // fields are compared where schemas are drawn
		}
		value := map[string]string{"additionalProperties": "false", "unevaluatedProperties": "false", "unevaluatedItems": "false"}[k.Name]
		if value == "" {
			value = `{}`
		}
		f := form.New(parse(t, fmt.Sprintf(`{"type":"object","properties":{"a":{"type":"string"}},%q:%s}`, k.Name, value)))
		if k.Class == form.Checked && !f.Drawn() {
			t.Errorf("%s is only checked, but: %v", k.Name, f.Reasons)
		}
		if k.Class == form.Outside || k.Class == form.Refused {
			if f.Drawn() || f.Reasons[0].Keyword != k.Name || f.Reasons[0].Pointer != form.Pointer("").Child(k.Name) {
				t.Errorf("%s is outside, but the reasons are %v", k.Name, f.Reasons)
			}
		}
	}
}

// TestNotDrawn has each reason why a schema cannot be drawn.
func TestNotDrawn(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"type":"object","properties":{"a":`, 6) + `{"type":"string"}` + strings.Repeat(`}}`, 6)
	many := strings.TrimSuffix(strings.Repeat(`"%d":{"type":"string"},`, 301), ",")
	var places []any
	for i := range 301 {
		places = append(places, i)
	}
	choices := strings.Repeat(`"a",`, 5000) + `"b"`
	for _, tc := range []struct{ schema, want string }{
		{`true`, ` at : the schema says nothing about the value`},
		{`{}`, `type at : the schema does not say the type`},
		{`{"type":["string","integer"]}`, `type at : a value of several types cannot be drawn`},
		{`{"type":"null"}`, `type at : the value can only be null`},
		{`{"type":"object"}`, `properties at : the object's members are not named`},
		{`{"type":"object","properties":{},"required":["a"]}`, `required at : a required member is not among the properties`},
		{`{"type":"array"}`, `items at : nothing is said about the items`},
		{`{"type":"array","items":{"type":"array","items":{"type":"string"}}}`, `items at /items: a list of lists, of secrets or of masked values cannot be drawn`},
		{`{"type":"array","items":{"type":"string","writeOnly":true}}`, `items at /items: a list of lists, of secrets or of masked values cannot be drawn`},
		{`{"type":"array","items":{"type":"string","x-masked":true}}`, `items at /items: a list of lists, of secrets or of masked values cannot be drawn`},
		{`{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"no":{"type":"string","x-masked":true}}}}`, `uniqueItems at /uniqueItems: whether items are the same would tell what is not shown of them`},
		{`{"type":"integer","writeOnly":true}`, `writeOnly at /writeOnly: only a text without choices can be a secret`},
		{`{"enum":["a"],"writeOnly":true}`, `writeOnly at /writeOnly: only a text without choices can be a secret`},
		{`{"type":"boolean","x-masked":true}`, `x-masked at /x-masked: only a text, a number or a day can be masked in a form`},
		{`{"type":"object","x-masked":true,"properties":{}}`, `x-masked at /x-masked: only a text, a number or a day can be masked in a form`},
		{`{"type":"array","items":{"enum":[` + choices + `]}}`, `items at /items: all items together would have too many choices`},
		{`{"enum":[{"a":1}]}`, `enum at : a choice of objects or arrays cannot be drawn`},
		{`{"oneOf":[{"type":"string"},{"type":"integer"}]}`, `oneOf at /oneOf: only one schema, one and null, or constants can be drawn`},
		{`{"type":"string","x-stamp":"password"}`, `x-stamp at : the desk writes reviewer, email and now`},
		{`{"type":"array","items":{"type":"object","properties":{"a":{"type":"string","x-stamp":"now"}}}}`, `x-stamp at /items: the desk does not write into lists`},
		{`{"type":"string","format":"date-time","x-zone":"Moon/Sea"}`, `x-zone at : this is no time zone; they are named as Europe/Vilnius`},
		{`{"$ref":"#/$defs/a"}`, `$ref at /$ref: the reference does not lead to a place in this schema`},
		{`{"$ref":"#a"}`, `$ref at /$ref: the reference does not lead to a place in this schema`},
		{`{"type":"object","properties":{"a":{"$ref":"#"}}}`, `$ref at /properties/a/$ref: the schema contains itself`},
		{`{"type":"object","properties":{"a":{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}}}`,
			`additionalProperties at /properties/a/additionalProperties: a schema for members that are not named cannot be drawn`},
		{nested, `properties at ` + strings.Repeat("/properties/a", 6) + `: groups and lists lie too deep in each other`},
		{fmt.Sprintf(`{"type":"object","properties":{`+many+`}}`, places...), `properties at /properties/299: the form would have too many fields`},
		{`{"$defs":{"c":{"enum":[` + choices + `]}},"type":"object","properties":{"a":{"$ref":"#/$defs/c"},"b":{"$ref":"#/$defs/c"},"c":{"$ref":"#/$defs/c"},"d":{"$ref":"#/$defs/c"}}}`, `enum at /properties/b: the form would have too many choices`},
	} {
		f := form.New(parse(t, tc.schema))
		if f.Drawn() || len(f.Reasons) == 0 {
			t.Errorf("%.100s is drawn", tc.schema)
			continue
		}
		r := f.Reasons[0]
		if got := fmt.Sprintf("%s at %s: %s", r.Keyword, r.Pointer, r.Detail); got != tc.want {
			t.Errorf("%.100s\ngot  %s\nwant %s", tc.schema, got, tc.want)
		}
	}
}
