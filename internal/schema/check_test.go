package schema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/form"
	"countersign/internal/schema"
)

func compile(t testing.TB, text string) form.Checker {
	t.Helper()
	c, err := schema.NewCompiler().Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

func said(faults []form.Fault) string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, string(f.Pointer)+" "+f.Detail)
	}
	return strings.Join(lines, "; ")
}

// TestCheck has the sentence of each keyword.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ schema, document, want string }{
		{`true`, `{"a":1}`, ``},
		{`false`, `1`, ` must not be there`},
		{`{"type":"integer"}`, `"a"`, ` a whole number, not a text`},
		{`{"type":"integer"}`, `1.0`, ``},
		{`{"type":"integer"}`, `1e2`, ``},
		{`{"type":"integer"}`, `0.10`, ` a whole number, not a number`},
		{`{"type":["string","null"]}`, `1`, ` a text or null, not a number`},
		{`{"minimum":1,"maximum":60}`, `64`, ` at most 60`},
		{`{"minimum":0.10}`, `0.1`, ``},
		{`{"minimum":0.10}`, `0.09999999999999999999999`, ` at least 0.1`},
		{`{"maximum":9223372036854775807}`, `9223372036854775808`, ` at most 9223372036854775807`},
		{`{"maximum":0.3}`, `0.30000000000000001`, ` at most 0.3`},
		{`{"exclusiveMinimum":0}`, `0`, ` more than 0`},
		{`{"exclusiveMaximum":1e2}`, `100.0`, ` less than 100`},
		{`{"multipleOf":0.01}`, `0.07`, ``},
		{`{"multipleOf":0.01}`, `0.075`, ` a multiple of 0.01`},
		{`{"minLength":3}`, `"éé"`, ` at least 3 characters, this has 2`},
		{`{"maxLength":1}`, `"éé"`, ` at most 1 character, this has 2`},
		{`{"pattern":"^CC-[0-9]{4}$"}`, `"CC-1"`, ` is not written as the form asks: ^CC-[0-9]{4}$`},
		{`{"enum":["a",1]}`, `1.0`, ``},
		{`{"enum":["a",1]}`, `"b"`, ` is not one of the choices`},
		{`{"const":{"a":1}}`, `{"a":2}`, ` must be {"a":1}`},
		{`{"oneOf":[{"const":1,"title":"One"},{"const":2}]}`, `3`, ` is not one of the choices`},
		{`{"format":"date"}`, `"11.12.2026"`, ` a date, written 2026-12-11`},
		{`{"format":"date-time"}`, `"2026-12-11T09:30"`, ` a date and a time with its zone, written 2026-12-11T09:30:00+02:00`},
		{`{"format":"email"}`, `"teo"`, ` an e-mail address`},
		{`{"format":"uri"}`, `"page"`, ` an address, written https://example.com/page`},
		{`{"format":"uuid"}`, `"1"`, ` a UUID, written 123e4567-e89b-12d3-a456-426614174000`},
		{`{"format":"of our own"}`, `"1"`, ``},
		{`{"required":["b","a"]}`, `{}`, `/a is missing; /b is missing`},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1,"b/c":2}`, `/b~1c is no member of this object`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, `/b is missing, as "a" is there`},
		{`{"minItems":1}`, `[]`, ` at least 1 item, this has 0`},
		{`{"maxItems":1,"items":{"type":"string"}}`, `["a",2]`, ` at most 1 item, this has 2; /1 a text, not a number`},
		{`{"uniqueItems":true}`, `[1,2,1.0]`, ` items 1 and 3 are the same`},
		{`{"contains":{"const":1}}`, `[2]`, ` has no item of the kind that the form asks for`},
		{`{"minProperties":2}`, `{"a":1}`, ` at least 2 members, this has 1`},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, ` has a member with a name that is not allowed: "ab"`},
		{`{"not":{"const":1}}`, `1`, ` is a value that the form rules out`},
		{`{"anyOf":[{"type":"integer","maximum":5},{"type":"null"}]}`, `6`, ` at most 5`},
		{`{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}],"$defs":{"n":{"type":"object","required":["a"]}}}`, `{}`, `/a is missing`},
		{`{"anyOf":[{"type":"integer"},{"type":"null"}]}`, `"a"`, ` a whole number or null`},
		{`{"anyOf":[{"maximum":1},{"multipleOf":7}]}`, `5`, ` fits none of the kinds of value that are allowed here`},
		{`{"oneOf":[{"maximum":9},{"multipleOf":7}]}`, `7`, ` fits more than one of the kinds of value that are allowed here`},
		{`{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{"a":1}`, `/b is missing`},
		{`{"$ref":"#/$defs/t","$defs":{"t":{"properties":{"t":{"$ref":"#/$defs/t"},"n":{"type":"null"}}}}}`, `{"t":{"t":{"n":1}}}`, `/t/t/n null, not a number`},
		{`{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/a"}}}`, `{"a":1}`, `/a a text, not a number`},
		{`{"$id":"purchase-decision/4","$ref":"#a","$defs":{"x":{"$anchor":"a","type":"null"}}}`, `1`, ` null, not a number`},
		{`true`, `{"a":1,"a":2}`, ` is no JSON document: Line 1, column 8: this name stands twice in its object`},
		{`true`, `[1e999999999]`, `/0 a number has at most 400 characters and an exponent of at most 308`},
	} {
		if got := said(compile(t, tc.schema).Check(t.Context(), tc.document)); got != tc.want {
			t.Errorf("%s\n%s\ngot  %q\nwant %q", tc.schema, tc.document, got, tc.want)
		}
	}
}

// TestCompile_Refuses has each reason why a schema cannot be used, with its place.
func TestCompile_Refuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ schema, want string }{
		{``, ` is no JSON document: Line 1, column 1: there is no value`},
		{`[]`, ` true or false or an object, not a list`},
		{`{"type":"text"}`, `/type is not one of the choices`},
		{`{"properties":{"a":{"minLength":-1}}}`, `/properties/a/minLength at least 0`},
		{`{"title":"a","title":"b"}`, ` is no JSON document: Line 1, column 14: this name stands twice in its object`},
		{`{"$schema":"http://json-schema.org/draft-04/schema#"}`, `/$schema is another draft: use 2020-12 or draft-07`},
		{`{"properties":{"a":{"$id":"b"}}}`, `/properties/a/$id stands only at the top of a schema`},
		{`{"$ref":"#/$defs/a"}`, `/$ref leads to a place that is not there`},
		{`{"$ref":"#a"}`, ` a $ref leads to an anchor that is not there`},
		{`{"$ref":"https://example.com/a"}`, `/$ref leads out of the schema: nothing is loaded, so put what it means under $defs`},
		{`{"items":{"$ref":"file:///etc/passwd"}}`, `/items/$ref leads out of the schema: nothing is loaded, so put what it means under $defs`},
		{`{"$dynamicRef":"#a"}`, `/$dynamicRef is not supported here`},
		{`{"pattern":"(?=a)"}`, `/pattern a pattern is a regular expression as RE2 has them, without looking ahead or back`},
		{`{"patternProperties":{"a(":true}}`, `/patternProperties/a( a pattern is a regular expression as RE2 has them, without looking ahead or back`},
		{`{"pattern":"(a{50}){50}"}`, `/pattern the pattern repeats too much`},
		{`{"pattern":"(abcdefgh{30}){30}"}`, `/pattern the pattern repeats too much`},
		{`{"pattern":"` + strings.Repeat("a", 513) + `"}`, `/pattern a pattern has at most 512 bytes`},
		{`{"$ref":"#"}`, ` leads back to itself about the same value, without end`},
		{`{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}`, `/$defs/a leads back to itself about the same value, without end`},
		{`{"minimum":1e999}`, `/minimum a number has at most 400 characters and an exponent of at most 308`},
		{strings.Repeat(`{"not":`, 61) + `true` + strings.Repeat(`}`, 61), strings.Repeat("/not", 61) + ` lies in more than 60 arrays and objects`},
		{`{"description":"` + strings.Repeat("a", 65<<10) + `"}`, ` a schema has at most 65536 bytes, this has 66578`},
		{`{"anyOf":[` + strings.Repeat(`{},`, 4000) + `{}]}`, `/anyOf/3999 a schema has at most 4000 schemas in it; /anyOf/4000 a schema has at most 4000 schemas in it`},
	} {
		_, err := schema.NewCompiler().Compile(tc.schema)
		faults, ok := errors.AsType[form.SchemaFaults](err)
		if got := said(faults); !ok || got != tc.want {
			t.Errorf("%.100s\ngot  %.300q (%T)\nwant %q", tc.schema, got, err, tc.want)
		}
	}
}

func TestCheck_ManyFaults(t *testing.T) {
	t.Parallel()
	got := compile(t, `{"items":{"type":"string"}}`).Check(t.Context(), "["+strings.Repeat("1,", 9000)+"1]")
	if len(got) != 50 {
		t.Errorf("got %d faults, want 50", len(got))
	}
	if got := compile(t, `true`).Check(t.Context(), fmt.Sprintf("%q", strings.Repeat("a", 1<<20))); len(got) != 1 {
		t.Errorf("a document of 1 MB: got %v", got)
	}
}
