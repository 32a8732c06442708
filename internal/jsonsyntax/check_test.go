package jsonsyntax_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/internal/jsonsyntax"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, `0`, `-0`, `1e2`, `0.10`, `9223372036854775808`, `1E-2`, `"a"`, `"\u00e9\ud83d\ude00"`, `true`,
		`false`, `null`, " \t\r\n1\n", `{"b":1,"a":[{}, [ ]]}`, `"é👩‍👩‍👧"`, `{"a":1,"A":2}`, `{"":0}`,
		strings.Repeat("[", jsonsyntax.MaxDepth) + strings.Repeat("]", jsonsyntax.MaxDepth),
	} {
		if fault := jsonsyntax.Check(text); fault != nil {
			t.Errorf("%s: %v", text, fault)
		}
	}
}

func TestCheck_Faults(t *testing.T) {
	t.Parallel()
	deep := jsonsyntax.MaxDepth + 1
	for text, want := range map[string]string{
		"":                              "Line 1, column 1: there is no value",
		"\n  ":                          "Line 2, column 3: there is no value",
		"1 2":                           "Line 1, column 3: the document has ended before this",
		"yes":                           "Line 1, column 1: a value is missing: text stands in double quotes, other values are numbers, true, false, null, {…} and […]",
		"{\n \"a\": 1\n \"b\": 2\n}":    "Line 3, column 2: a comma or } is missing",
		`{"a": 1, "é": 2, "a": 3}`:      "Line 1, column 18: this name stands twice in its object",
		`{"a": 1, "\u0061": 3}`:         "Line 1, column 10: this name stands twice in its object",
		`{"a" 1}`:                       "Line 1, column 6: a colon is missing",
		`{a: 1}`:                        "Line 1, column 2: a name in quotes is missing",
		`{"a": }`:                       "Line 1, column 7: a value is missing: text stands in double quotes, other values are numbers, true, false, null, {…} and […]",
		`[1, 2,]`:                       "Line 1, column 6: nothing follows this comma",
		`[1, 2`:                         "Line 1, column 6: ] is missing",
		`{"a":`:                         "Line 1, column 6: a value is missing",
		`[1; 2]`:                        "Line 1, column 3: a comma or ] is missing",
		`"a`:                            "Line 1, column 1: the quote that ends this string is missing",
		"\"a\nb\"":                      "Line 1, column 3: a string does not hold line breaks or control characters: write them as \\n or \\u000a",
		`"\x"`:                          `Line 1, column 2: after \ comes one of " \ / b f n r t, or u with four digits`,
		`"\u12g4"`:                      `Line 1, column 2: after \ comes one of " \ / b f n r t, or u with four digits`,
		"\"\xff\"":                      "Line 1, column 2: this is not UTF-8",
		`01`:                            "Line 1, column 1: a number does not begin with 0 and another digit",
		`-`:                             "Line 1, column 2: a digit is missing",
		`1.`:                            "Line 1, column 3: a digit is missing",
		`1e+`:                           "Line 1, column 4: a digit is missing",
		`+1`:                            "Line 1, column 1: a value is missing: text stands in double quotes, other values are numbers, true, false, null, {…} and […]",
		strings.Repeat("[", deep) + "]": "Line 1, column 101: this lies in more than 100 arrays and objects",
		strings.Repeat(`{"a":`, deep):   "Line 1, column 501: this lies in more than 100 arrays and objects",
		strings.Repeat("[", 1<<20):      "Line 1, column 101: this lies in more than 100 arrays and objects",
	} {
		switch fault := jsonsyntax.Check(text); {
		case fault == nil:
			t.Errorf("%.40q passed", text)
		case fault.Error() != want:
			t.Errorf("%.40q: got %q, want %q", text, fault, want)
		}
	}
}

// FuzzCheck: what passes is what encoding/json reads as one document, without a name that stands
// twice, not too deep, and in UTF-8.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"a":[1e2,0.10,null],"b":{"a":"\u00e9"}}`, `{"a":1,"a":2}`, `[1,]`, `"\ud800"`, "[\xff]", `-0.0E+1`, "\ufeff1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := json.Valid([]byte(text)) && utf8.ValidString(text) && plain(text)
		if fault := jsonsyntax.Check(text); (fault == nil) != want {
			t.Errorf("%q: got %v, want valid %t", text, fault, want)
		}
	})
}

// plain reports whether a valid document has no name twice in an object, and is not too deep.
func plain(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	var names []map[string]bool // of each open object; nil for an array
	name := false
	for {
		token, err := d.Token()
		if err == io.EOF {
			return true
		}
		in := len(names) - 1
		switch token {
		case json.Delim('{'):
			names, name = append(names, map[string]bool{}), true
		case json.Delim('['):
			names, name = append(names, nil), false
		case json.Delim('}'), json.Delim(']'):
			names = names[:in]
			name = in > 0 && names[in-1] != nil
		default:
			if in < 0 || names[in] == nil {
				continue
			}
			if name && names[in][token.(string)] {
				return false
			}
			if name {
				names[in][token.(string)] = true
			}
			name = !name
		}
		if len(names) > jsonsyntax.MaxDepth {
			return false
		}
	}
}

func TestNumber(t *testing.T) {
	for _, text := range []string{"0", "-0", "12", "0.10", "1e2", "-1.5E+30", "9223372036854775808"} {
		if !jsonsyntax.Number(text) {
			t.Errorf("%q is a number", text)
		}
	}
	for _, text := range []string{"", "-", "01", "+1", ".5", "1.", "1e", "1e+", "1 ", " 1", "1,2", "NaN", "0x1", "1\n", "--1"} {
		if jsonsyntax.Number(text) {
			t.Errorf("%q is no number", text)
		}
	}
}
