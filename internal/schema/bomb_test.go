package schema_test

import (
	"context"
	"errors"
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

// repeated is a schema that asks for another n times.
func repeated(n int, schema string) string {
	return `{"allOf":[` + strings.Repeat(schema+",", n) + `true]}`
}

func names(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"n%d"`, i))
	}
	return strings.Join(all, ",")
}

// TestBombs: what asks for endless work ends with a fault. A test that hangs has failed.
func TestBombs(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)
	long := `"` + strings.Repeat("x", 60_000) + `"`
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
		"length":            {repeated(2500, `{"maxLength":1}`), long},
		"format":            {repeated(2500, `{"format":"uri"}`), long},
		"names":             {`{"items":{"required":[` + names(5000) + `]}}`, `[` + strings.Repeat("{},", 20_000) + `{}]`},
		"wrong types":       {`{"items":` + repeated(3000, `{"type":"object"}`) + `}`, `[` + strings.Repeat("1,", 30_000) + `1]`},
		"same items":        {repeated(2500, `{"uniqueItems":true}`), `[` + numbers[:30_000] + `1]`},
		"large constant":    {`{"$defs":{"c":{"const":[` + numbers[:20_000] + `1]}},"not":` + repeated(1500, `{"$ref":"#/$defs/c"}`) + `}`, `[` + numbers[:20_000] + `1]`},
		"in a negation":     {`{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/a"},"contains":{"$ref":"#/$defs/a"}}}}`, strings.Repeat("[", 50) + "5" + strings.Repeat("]", 50)},
		"an empty name":     {`{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"type":"object","patternProperties":{"^":{"$ref":"#/$defs/a"},"$":{"$ref":"#/$defs/a"}}}}}`, strings.Repeat(`{"":`, 50) + "5" + strings.Repeat("}", 50)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(tc.schema, `{"not":{"$ref":"#/$defs/a0","$defs"`, `{"not":{"$ref":"#/$defs/a0"},"$defs"`, 1)
			if name == "not" {
				text = strings.TrimSuffix(text, "}")
			}
			if got := said(compile(t, text).Check(t.Context(), tc.document)); got != tooMuch {
				t.Errorf("got %.200q, want %q", got, tooMuch)
			}
		})
	}
}

// TestCheck_Ends: a check ends when nobody waits for it any more, and finds nothing valid then.
func TestCheck_Ends(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := compile(t, `{"items":{"type":"integer","maximum":5}}`)
	document := "[" + strings.Repeat("1,", 2_000) + "1]"
	if got := said(c.Check(ctx, document)); got != tooMuch {
		t.Errorf("got %q", got)
	}
	if got := said(c.Check(t.Context(), document)); got != "" {
		t.Errorf("the next check: %q", got)
	}
}

// TestCompile_Regex: no document is compiled as a pattern.
func TestCompile_Regex(t *testing.T) {
	t.Parallel()
	_, err := schema.NewCompiler().Compile(`{"properties":{"a":{"format":"regex"}}}`)
	faults, ok := errors.AsType[form.SchemaFaults](err)
	if !ok || faults[0].Pointer != "/properties/a/format" {
		t.Errorf("got %v", err)
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
	if got := said(c.Check(t.Context(), "["+strings.Join(items, ",")+"]")); got != "" {
		t.Errorf("got %q", got)
	}
	if got := said(c.Check(t.Context(), `["CC-0001","CC-9999"]`)); got != "/1 is not one of the choices" {
		t.Errorf("got %q", got)
	}
	tree := compile(t, `{"type":"object","properties":{"a":{"$ref":"#"},"list":{"type":"array","items":{"$ref":"#"}}}}`)
	if got := said(tree.Check(t.Context(), `{"list":[`+strings.Repeat(`{"a":{"list":[]}},`, 3000)+`{}]}`)); got != "" {
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
			c.Check(t.Context(), `{"a":1}`)
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
			if got := len(c.Check(t.Context(), fmt.Sprint(i))); (got == 0) != (i <= 5) {
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
		for _, fault := range c.Check(t.Context(), document) {
			if err == nil && !root.At(fault.Pointer).Exists() && !root.At(fault.Pointer.Parent()).Exists() {
				t.Errorf("%s has no place in %s: %s", fault.Pointer, document, fault.Detail)
			}
		}
	})
}

// BenchmarkCompile compiles a schema that leads to one large constant from many places, as each check
// does that finds no compiled schema left.
func BenchmarkCompile(b *testing.B) {
	text := `{"$defs":{"c":{"const":[` + strings.Repeat("12,", 12_000) + `1]}},"not":` + repeated(1000, `{"$ref":"#/$defs/c"}`) + `}`
	for b.Loop() {
		if _, err := schema.NewCompiler().Compile(text); err != nil {
			b.Fatal(err)
		}
	}
}
