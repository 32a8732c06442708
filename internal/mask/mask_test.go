package mask

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"":                               "",
		"/vendor/iban":                   "",
		"/items/*/card":                  "",
		"/a~1b/m~0n":                     "",
		"/":                              "",
		"/" + strings.Repeat("x", 499):   "",
		"vendor":                         "begins with a slash",
		"#/vendor":                       "begins with a slash",
		"$.vendor":                       "begins with a slash",
		"/a~2":                           "~0",
		"/a~":                            "~0",
		"/\xff":                          "UTF-8",
		"/" + strings.Repeat("x", 500):   "at most 500 bytes, this has 501",
		"/" + strings.Repeat("\xff", 10): "UTF-8",
	} {
		err := Check(pointer)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", pointer, err, want)
		}
	}
}

func TestHide(t *testing.T) {
	t.Parallel()
	const m = Literal
	for name, tt := range map[string]struct {
		document, pointers, shown string
		places                    string
	}{
		"Name":           {`{"a":1, "iban" : "DE1" }`, "/iban", `{"a":1, "iban" : ` + m + ` }`, "1=/iban"},
		"Nested":         {`{"v":{"iban":"DE1","n":0.10}}`, "/v/iban", `{"v":{"iban":` + m + `,"n":0.10}}`, "0.0=/v/iban"},
		"Object":         {`{"v":{"iban":"DE1"}}`, "/v", `{"v":` + m + `}`, "0=/v"},
		"WithinAnother":  {`{"v":{"iban":"DE1"}}`, "/v /v/iban", `{"v":` + m + `}`, "0=/v"},
		"Index":          {`[1,2,3]`, "/1", `[1,` + m + `,3]`, "1=/1"},
		"IndexIsAName":   {`{"1":2}`, "/1", `{"1":` + m + `}`, "0=/1"},
		"NoLeadingZeros": {`[1,2]`, "/01", `[1,2]`, ""},
		"EachElement":    {`{"c":[{"n":1},{"n":2},{"o":3},4]}`, "/c/*/n", `{"c":[{"n":` + m + `},{"n":` + m + `},{"o":3},4]}`, "0.0.0=/c/0/n 0.1.0=/c/1/n"},
		"EachMember":     {`{"a":{"x":1,"y":[]}}`, "/a/*", `{"a":{"x":` + m + `,"y":` + m + `}}`, "0.0=/a/x 0.1=/a/y"},
		"TwoPointers":    {`{"a":1,"b":2}`, "/b /a", `{"a":` + m + `,"b":` + m + `}`, "0=/a 1=/b"},
		"SlashAndTilde":  {`{"a/b":{"m~n":1}}`, "/a~1b/m~0n", `{"a/b":{"m~n":` + m + `}}`, "0.0=/a~1b/m~0n"},
		"NameInEscapes":  {`{"ib\u0061n":1}`, "/iban", `{"ib\u0061n":` + m + `}`, "0=/iban"},
		"NameTwice":      {`{"a":1,"b":0,"a":2}`, "/a", `{"a":` + m + `,"b":0,"a":` + m + `}`, "0=/a 2=/a"},
		"EmptyName":      {`{"":1}`, "/", `{"":` + m + `}`, "0=/"},
		"AnotherCase":    {`{"IBAN":1}`, "/iban", `{"IBAN":1}`, ""},
		"NothingThere":   {`{"a":1}`, "/b /a/b /a/*", `{"a":1}`, ""},
		"Whole":          {` [1] `, "/x ", ` ` + m + ` `, "="},
		"NoDocument":     {`{"a":`, "/b", m, "="},
		"NoPointer":      {`{"a":1}`, "/b b", m, "="},
		"Nothing":        {``, "/b", ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pointers := strings.Split(tt.pointers, " ")
			shown, places := Hide([]byte(tt.document), pointers)
			var said []string
			for _, p := range places {
				said = append(said, p.At+"="+p.Pointer)
			}
			if string(shown) != tt.shown || strings.Join(said, " ") != tt.places {
				t.Errorf("got %s and %s, want %s and %s", shown, said, tt.shown, tt.places)
			}
			if again, _ := Hide(shown, pointers); !bytes.Equal(again, shown) {
				t.Errorf("masked again it is %s", again)
			}
		})
	}
}

func TestHide_WithoutPointers(t *testing.T) {
	t.Parallel()
	document := []byte(` {"a":1}`)
	if shown, places := Hide(document, nil); &shown[0] != &document[0] || places != nil {
		t.Errorf("got %s and %v, want the same bytes", shown, places)
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	document := []byte(`{"v":{"iban": {"no":1e2} ,"name":"Kranich"},"l":[1,2]}`)
	pointers := []string{"/v/iban", "/l/*"}
	for at, want := range map[string]string{
		"0.0": `{"no":1e2} at /v/iban, iban`, "1.1": `2 at /l/1, 1`,
		"0.1": "none", "0.0.0": "none", "": "none", "7": "none", "x": "none",
	} {
		got := "none"
		if value, p, ok := Reveal(document, pointers, at); ok {
			got = fmt.Sprintf("%s at %s, %s", value, p.Pointer, p.Name())
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", at, got, want)
		}
	}
}

// FuzzHide: what is masked is nowhere in what is shown, and everything else is there, byte for byte.
func FuzzHide(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":1},{"b":"x"}]}`), "/a/*/b")
	f.Add([]byte(` {"\u0061":{"":null}} `), "/a/")
	f.Add([]byte(`[1,[2,"]"],{"k":"}"}]`), "/*/0")
	f.Fuzz(func(t *testing.T, document []byte, pointer string) {
		shown, places := Hide(document, []string{pointer})
		if json.Valid(document) && !json.Valid(shown) {
			t.Fatalf("%q with %q is no document: %q", document, pointer, shown)
		}
		if bytes.Contains(document, []byte(Text)) {
			return // what follows tells masks from such a text by their number
		}
		parts := bytes.Split(shown, []byte(Literal))
		if len(parts) != len(places)+1 {
			t.Fatalf("%q with %q: %d masks for %d places", document, pointer, len(parts)-1, len(places))
		}
		whole := bytes.Clone(parts[0])
		for i, p := range places {
			value, same, ok := Reveal(document, []string{pointer}, p.At)
			if !ok || same != p {
				t.Fatalf("%q with %q: %v is not revealed", document, pointer, p)
			}
			whole = append(append(whole, value...), parts[i+1]...)
		}
		if !bytes.Equal(whole, document) {
			t.Fatalf("%q with %q: masked and revealed it is %q", document, pointer, whole)
		}
	})
}

func TestValue(t *testing.T) {
	t.Parallel()
	const document = `{"a":{"b":[1,"two"]},"twice":1,"twice":2,"":0}`
	for pointer, want := range map[string]string{
		"/a/b/1": `"two"`, "/a/b": `[1,"two"]`, "/": "0", "/twice": "", "/a/*": "", "/none": "", "a": "",
	} {
		if value, ok := Value([]byte(document), pointer); string(value) != want || ok != (want != "") {
			t.Errorf("%s: %q, %t, want %q", pointer, value, ok, want)
		}
	}
	if value, ok := Value([]byte("no JSON"), "/a"); ok {
		t.Errorf("a text that is no JSON has the value %q", value)
	}
}
