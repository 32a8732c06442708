package form_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"countersign/internal/form"
)

func parse(t testing.TB, text string) form.Value {
	t.Helper()
	v, err := form.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestWith(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ doc, name, value, want string }{
		{`{"a":1,"b":2}`, "a", `1e2`, `{"a":1e2,"b":2}`},
		{`{ "a" : 1 , "b" : 2 }`, "b", `0.10`, `{ "a" : 1 , "b" : 0.10 }`},
		{`{"a":1,"b":2,"c":3}`, "b", ``, `{"a":1,"c":3}`},
		{"{\n  \"a\": 1,\n  \"b\": 2\n}", "b", ``, "{\n  \"a\": 1\n}"},
		{"{\n  \"a\": 1,\n  \"b\": 2\n}", "a", ``, "{\n  \"b\": 2\n}"},
		{"{\n  \"a\": 1,\n  \"b\": 2\n}", "c", `3`, "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}"},
		{"{\n  \"a\": 1\n}", "c", `3`, "{\n  \"a\": 1,\n  \"c\": 3\n}"},
		{`{}`, "c", `3`, `{"c":3}`},
		{`{ "a": 1 }`, "a", ``, `{}`},
		{`{"a":1}`, "zz", ``, `{"a":1}`},
		{`null`, "a", `"x"`, `{"a":"x"}`},
		{`{"\u0061":1}`, "a", `2`, `{"\u0061":2}`},
		{`{"a":1}`, `"/é`, `2`, `{"a":1,"\"/é":2}`},
	} {
		var value form.Value
		if tc.value != "" {
			value = parse(t, tc.value)
		}
		if got := parse(t, tc.doc).With(tc.name, value).JSON(); got != tc.want {
			t.Errorf("%s with %s = %s: got %s, want %s", tc.doc, tc.name, tc.value, got, tc.want)
		}
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	v := parse(t, "{\"a\": [1, {\"b/c\": {\"~\": true}}],\n \"\": null,\n\n \"d\":\n [\n 5]}")
	for pointer, want := range map[form.Pointer]string{
		"": v.JSON(), "/a/0": "1", "/a/1/b~1c/~0": "true", "/": "null", "/a/01": "", "/a/2": "", "/a/-1": "", "/x": "", "x": "",
	} {
		if got := v.At(pointer).JSON(); got != want {
			t.Errorf("%q: got %s, want %s", pointer, got, want)
		}
	}
	for pointer, want := range map[form.Pointer]int{"": 1, "/a/1": 1, "/": 2, "/d": 5, "/d/0": 6, "/d/9": 5, "/gone": 1} {
		if got := v.Line(pointer); got != want {
			t.Errorf("line of %q: got %d, want %d", pointer, got, want)
		}
	}
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":1,"a":2}`: "this name stands twice in its object",
		`[1,]`:          "nothing follows this comma",
		``:              "there is no value",
	} {
		if _, err := form.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// document makes a random document, written in many ways.
func document(r *rand.Rand, depth int) string {
	space := []string{"", " ", "\n", "\t ", ""}
	s := func() string { return space[r.IntN(len(space))] }
	kind := r.IntN(8)
	if depth == 0 {
		kind = r.IntN(6)
	}
	switch kind {
	case 0:
		return []string{"true", "false", "null"}[r.IntN(3)]
	case 1, 2:
		return []string{"0", "-0", "1e2", "0.10", "9223372036854775808", "-1.5E-7", "40"}[r.IntN(7)]
	case 3, 4, 5:
		return []string{`"a"`, `""`, `"\u0061\n\r"`, `"\ud800"`, `"<b>"`, `"é\/"`, `"2026-12-11"`, `"\u202eabc"`, `"\u0000"`}[r.IntN(9)]
	case 6:
		items := make([]string, r.IntN(4))
		for i := range items {
			items[i] = s() + document(r, depth-1) + s()
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	names := []string{`"text"`, `"number"`, `"whole"`, `"yes"`, `"one"`, `"day"`, `"at"`, `"tags"`, `"rows"`, `"nest"`, `"pin"`, `"x"`, `"\u0079"`}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	members := make([]string, r.IntN(len(names)))
	for i := range members {
		members[i] = s() + names[i] + s() + ":" + s() + document(r, depth-1) + s()
	}
	return "{" + strings.Join(members, ",") + "}"
}

// every has each widget.
const every = `{"type":"object","required":["text"],"properties":{
 "text":{"type":"string","title":"Text"},"number":{"type":"number","minimum":0.5,"x-unit":"kg"},"whole":{"type":["integer","null"]},
 "yes":{"type":"boolean"},"one":{"enum":["a",1,null,40]},"many":{"enum":["a","b","c","d","e"]},
 "day":{"type":"string","format":"date"},"at":{"type":"string","format":"date-time","x-zone":"Europe/Vilnius"},
 "tags":{"type":"array","items":{"type":"string"}},
 "rows":{"type":"array","items":{"type":"object","required":["text"],"properties":{"text":{"type":"string"},"number":{"type":"number"}}}},
 "nest":{"type":"object","title":"Nest","properties":{"text":{"type":"string","maxLength":400},"nest":{"type":"object","properties":{"yes":{"type":"boolean"}}},
   "tags":{"type":"array","items":{"type":"object","properties":{"nest":{"type":"object","properties":{"text":{"type":"string"}}}}}}}},
 "pin":{"type":"string","format":"password"},"fixed":{"type":"string","readOnly":true},"by":{"type":"string","x-stamp":"reviewer"}}}`

// browser posts what a page with the form would, if nobody touched it.
func browser(e *form.Entry, posted form.Posted) form.Posted {
	if e.Fixed() {
		return posted
	}
	if e.RowsAs != "" {
		posted[e.RowsAs] = append(posted[e.RowsAs], "")
		for _, item := range e.Entries {
			posted[e.RowsAs] = append(posted[e.RowsAs], item.Row)
		}
	}
	if e.AddName != "" {
		posted[e.AddName] = []string{""}
	}
	for _, child := range e.Entries {
		browser(child, posted)
	}
	unchosen := e.Text == "" && slices.Contains([]form.Widget{form.Choice, form.YesNo}, e.Widget)
	if !unchosen && !slices.Contains([]form.Widget{form.Group, form.List, form.Table, form.Groups}, e.Widget) {
		posted[e.Name] = []string{strings.ReplaceAll(e.Text, "\n", "\r\n")}
	}
	return posted
}

// TestUntouched: any document goes through a form that nobody touched byte for byte.
func TestUntouched(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, every))
	if !f.Drawn() {
		t.Fatal(f.Reasons)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		untouched(t, f, document(r, 4))
	}
}

func untouched(t testing.TB, f *form.Form, text string) {
	t.Helper()
	proposed := parse(t, text)
	shown := f.Fill("answer", proposed, nil)
	filled := f.Fill("answer", proposed, browser(shown.Root, form.Posted{}))
	if filled.Answer.JSON() != proposed.JSON() {
		t.Fatalf("%s\ncame back as\n%s", proposed.JSON(), filled.Answer.JSON())
	}
	if len(filled.Faults) > 0 || len(f.Changes(proposed, filled.Answer, form.Typed{})) > 0 {
		t.Fatalf("%s: got faults %v and changes %v", text, filled.Faults, f.Changes(proposed, filled.Answer, form.Typed{}))
	}
}

// FuzzUntouched: the same with documents and schemas of any kind.
func FuzzUntouched(f *testing.F) {
	f.Add(every, `{"text":"a","rows":[{"number":1e2}],"x":1}`)
	f.Add(`{"type":"array","items":{"type":"string"}}`, `["a", "b"]`)
	f.Add(`{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","properties":{"b":{"$ref":"#/$defs/a"}}}}}`, `{}`)
	f.Fuzz(func(t *testing.T, schema, text string) {
		s, err := form.Parse(schema)
		if err != nil || !json.Valid([]byte(text)) {
			return
		}
		drawn := form.New(s)
		if _, err := form.Parse(text); err != nil || !drawn.Drawn() {
			return
		}
		untouched(t, drawn, text)
	})
}
