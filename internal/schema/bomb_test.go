package schema_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"countersign/internal/form"
	"countersign/internal/schema"
)

const tooMuch = " is too large to be checked against this schema"

// doubling is a schema of a few hundred bytes that asks for two to the power of n checks.
func doubling(n int, keyword string) string {
	var defs []string
	for i := range n {
		defs = append(defs, fmt.Sprintf(`"a%d":{"%s":[{"$ref":"#/$defs/a%d"},{"$ref":"#/$defs/a%d"}]}`, i, keyword, i+1, i+1))
	}
	return fmt.Sprintf(`{"$ref":"#/$defs/a0","$defs":{%s,"a%d":{"type":"string"}}}`, strings.Join(defs, ","), n)
}

// TestBombs: what asks for endless work ends with a fault. A test that hangs has failed.
func TestBombs(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)
	numbers := strings.Repeat("1234567.5,", 5000) + "1"
	for name, tc := range map[string]struct{ schema, document string }{
		"allOf":             {doubling(60, "allOf"), `"a"`},
		"anyOf":             {doubling(60, "anyOf"), `1`},
		"oneOf":             {doubling(60, "oneOf"), `"a"`},
		"not":               {`{"not":` + doubling(60, "anyOf") + `}`, `1`},
		"recursive":         {`{"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["b"]},{"properties":{"a":{"$ref":"#"}},"required":["c"]}]}`, deep},
		"numbers in enum":   {`{"items":{"enum":[` + numbers + `]}}`, `[` + numbers + `]`},
		"pattern on a text": {`{"items":{"pattern":"(x+x+){1,30}y"}}`, `["` + strings.Repeat("x", 60_000) + `"]`},
		"patterns":          {`{"items":{"pattern":"(x+x+){1,30}y"}}`, `[` + strings.Repeat(`"xxxxxxxxxxxxxxxxxxxx",`, 2800) + `"x"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(tc.schema, `{"not":{"$ref":"#/$defs/a0","$defs"`, `{"not":{"$ref":"#/$defs/a0"},"$defs"`, 1)
			if name == "not" {
				text = strings.TrimSuffix(text, "}")
			}
			if got := said(compile(t, text).Check(tc.document)); got != tooMuch {
				t.Errorf("got %.200q, want %q", got, tooMuch)
			}
		})
	}
}

// TestRoom: what a large but honest form needs fits in the budget.
func TestRoom(t *testing.T) {
	t.Parallel()
	var choices, items []string
	for i := range 5000 {
		choices = append(choices, fmt.Sprintf(`"CC-%04d"`, i))
		if i < 200 {
			items = append(items, fmt.Sprintf(`"CC-%04d"`, i*7))
		}
	}
	c := compile(t, `{"items":{"enum":[`+strings.Join(choices, ",")+`]},"uniqueItems":true}`)
	if got := said(c.Check("[" + strings.Join(items, ",") + "]")); got != "" {
		t.Errorf("got %q", got)
	}
	if got := said(c.Check(`["CC-0001","CC-9999"]`)); got != "/1 is not one of the choices" {
		t.Errorf("got %q", got)
	}
	tree := compile(t, `{"type":"object","properties":{"a":{"$ref":"#"},"list":{"type":"array","items":{"$ref":"#"}}}}`)
	if got := said(tree.Check(`{"list":[` + strings.Repeat(`{"a":{"list":[]}},`, 3000) + `{}]}`)); got != "" {
		t.Errorf("a tree: got %q", got)
	}
}

// TestNothingIsLoaded: whatever a schema refers to, no request leaves, and no file is read.
func TestNothingIsLoaded(t *testing.T) {
	t.Parallel()
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody asked for %s", r.URL)
	}))
	t.Cleanup(listener.Close)
	for _, text := range []string{
		`{"$ref":"%s/a"}`, `{"$schema":"%s/a"}`, `{"$id":"%[1]s/a","properties":{"a":{"$ref":"%[1]s/b"}}}`, `{"$id":"%s/a","$ref":"b"}`,
		`{"$dynamicRef":"%s/a"}`, `{"$vocabulary":{"%s/a":true}}`, `{"allOf":[{"$id":"%s/a","$ref":"#/b"}]}`, `{"x":{"$ref":"%s/a"},"$ref":"#/x"}`,
		`{"$ref":"file:///etc/hostname#%s"}`, `{"$id":"%s/a","type":"string"}`, `{"$id":"file:///etc/hostname#%s"}`,
	} {
		text = fmt.Sprintf(text, listener.URL)
		c, err := schema.NewCompiler().Compile(text)
		if err == nil {
			c.Check(`{"a":1}`)
		}
		if refers := strings.Contains(text, "ef\":\"h") || strings.Contains(text, "ef\":\"f"); refers && err == nil {
			t.Errorf("%s was compiled", text)
		}
		if err != nil && strings.Contains(err.Error(), "schema.invalid") {
			t.Errorf("%s: the error names our own address: %v", text, err)
		}
	}
}

// TestCheck_Concurrently: one schema is used by many at once.
func TestCheck_Concurrently(t *testing.T) {
	t.Parallel()
	c := compile(t, `{"maximum":5}`)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if got := len(c.Check(fmt.Sprint(i))); (got == 0) != (i <= 5) {
				t.Errorf("%d: got %d faults", i, got)
			}
		})
	}
	all.Wait()
}

// FuzzCompile: no schema and no document makes a check panic or hang, and what is found has a place
// in the document or just below it.
func FuzzCompile(f *testing.F) {
	f.Add(`{"type":"object","required":["a"],"properties":{"a":{"enum":[1,"b"]},"b":{"$ref":"#"}}}`, `{"b":{"a":2}}`)
	f.Add(doubling(30, "anyOf"), `1`)
	f.Add(`{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"$ref":"#"}]}`, `[[[1e2]]]`)
	f.Add(`{"patternProperties":{"^a":{"pattern":"x{2}"}},"unevaluatedProperties":false}`, `{"ab":"x"}`)
	f.Fuzz(func(t *testing.T, text, document string) {
		c, err := schema.NewCompiler().Compile(text)
		if err != nil {
			return
		}
		root, err := form.Parse(document)
		for _, fault := range c.Check(document) {
			if err == nil && !root.At(fault.Pointer).Exists() && !root.At(fault.Pointer.Parent()).Exists() {
				t.Errorf("%s has no place in %s: %s", fault.Pointer, document, fault.Detail)
			}
		}
	})
}
