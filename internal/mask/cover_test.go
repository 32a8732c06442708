package mask

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCover(t *testing.T) {
	t.Parallel()
	const m = Literal
	document := []byte(`{"iban":"DE02 \"x\"","salary":75000,"flag":true,"pin":"12","holder":{"Ines Calloway":[1,"Kranich"]},"open":"Kiel"}`)
	cover := CoverOf(document, []string{"/iban", "/salary", "/flag", "/pin", "/holder"})
	for name, tt := range map[string]struct{ body, shown string }{
		"Value":        {`{"approved":true,"to":"DE02 \"x\"", "n": 1.50}`, `{"approved":true,"to":` + m + `, "n": 1.50}`},
		"InAText":      {`{"note":"Pay DE02 \"x\" now"}`, `{"note":` + m + `}`},
		"OtherEscapes": {`["\u0044E02 \u0022x\u0022"]`, `[` + m + `]`},
		"InAString":    {`{"errorData":"{\"iban\":\"DE02 \\\"x\\\"\"}"}`, `{"errorData":` + m + `}`},
		"Number":       {`{"pay":75000,"n":750000}`, `{"pay":` + m + `,"n":` + m + `}`},
		"NumberAsText": {`"75000"`, m},
		"WithinAValue": {`["Kranich",1]`, `[` + m + `,1]`},
		"Name":         {`{"Ines Calloway":1}`, `{` + m + `:1}`},
		"Short":        {`{"flag":true,"pin":"12","n":12,"at":"12:00","no":"1"}`, `{"flag":true,"pin":` + m + `,"n":` + m + `,"at":"12:00","no":"1"}`},
		"ShortText":    {`12`, m},
		"NotMasked":    {` {"open":"Kiel"} `, ` {"open":"Kiel"} `},
		"NoDocument":   {`Paid to DE02 "x" today`, `Paid to ` + Text + ` today`},
		"Empty":        {``, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown, covered := cover.Body([]byte(tt.body))
			if string(shown) != tt.shown || covered != (tt.body != tt.shown) {
				t.Errorf("got %s, covered %t, want %s", shown, covered, tt.shown)
			}
			if json.Valid([]byte(tt.body)) && !json.Valid(shown) {
				t.Errorf("%s is no document", shown)
			}
		})
	}
}

// TestCover_Unknown: without a document in which the pointers could be looked up, everything is
// covered.
func TestCover_Unknown(t *testing.T) {
	t.Parallel()
	for _, document := range []string{``, `{"iban":`, `AQIDBAUG`} {
		cover := CoverOf([]byte(document), []string{"/iban"})
		if shown, covered := cover.Body([]byte(`["DE02"]`)); string(shown) != Literal || !covered {
			t.Errorf("with the document %s: %s", document, shown)
		}
		if CoverOf([]byte(document), nil) != nil {
			t.Errorf("without pointers, %s covers something", document)
		}
	}
}

func TestCover_None(t *testing.T) {
	t.Parallel()
	for _, pointers := range [][]string{nil, {"/missing"}, {"/flag"}} {
		for _, document := range []string{`{"flag":true,"iban":"DE02"}`, `"DE02"`, `12`} {
			cover := CoverOf([]byte(document), pointers)
			if shown, covered := cover.Body([]byte(`["DE02"]`)); string(shown) != `["DE02"]` || covered {
				t.Errorf("%q in %s cover %s", pointers, document, shown)
			}
		}
	}
}

// TestFinds: the names within a masked object are not looked for in a form, unless one is a value too.
func TestFinds(t *testing.T) {
	t.Parallel()
	cover := CoverOf([]byte(`{"bank":{"account":"DE02","pin":"12","holder":"Ines","Ines":1}}`), []string{"/bank"})
	for text, want := range map[string]bool{"to DE02": true, "12": true, "Ines": true, "account": false, "holder": false, "": false} {
		if cover.Finds(text) != want {
			t.Errorf("%q is found: %t", text, !want)
		}
	}
	if shown, _ := cover.Body([]byte(`"account"`)); string(shown) != Literal {
		t.Errorf("what is sent has the name: %s", shown)
	}
}

// TestCover_Overlap: of values that overlap, nothing is left.
func TestCover_Overlap(t *testing.T) {
	t.Parallel()
	cover := CoverOf([]byte(`["abcd1234","1234efgh","nnnn","ababab"]`), []string{"/*"})
	for said, want := range map[string]string{
		"to abcd1234efgh now":      "to " + Text + " now",
		"nnnnnn":                   Text,
		"abcd1234, 1234efgh":       Text + ", " + Text,
		"abababab abab":            Text + " abab",
		"abab1234 abcd123 nnn efg": "abab1234 abcd123 nnn efg",
	} {
		if got := cover.Text(said); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}

// TestCover_TooLong: what takes too long to search is covered as a whole.
func TestCover_TooLong(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range maxCovered / 2 {
		many = append(many, fmt.Sprintf("value %d", i))
	}
	document, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	cover := CoverOf(document, []string{"/*"})
	size := maxWork / len(many)
	long := `"` + strings.Repeat("x", size-2) + `"`
	if shown, covered := cover.Body([]byte(long)); covered {
		t.Errorf("%d bytes are shown as %s", size, shown)
	}
	if shown, covered := cover.Body([]byte(long + " ")); !covered || string(shown) != Literal {
		t.Errorf("%d bytes are shown as %d", size+1, len(shown))
	}
	if got := cover.Text(strings.Repeat("x", size+1)); got != Text {
		t.Errorf("a text of %d bytes is shown", len(got))
	}
}

// TestCover_TooMany: if there are more masked values than are looked for, nothing is shown.
func TestCover_TooMany(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range maxCovered {
		many = append(many, fmt.Sprintf("value %d", i))
	}
	document, err := json.Marshal(map[string]any{"all": many})
	if err != nil {
		t.Fatal(err)
	}
	cover := CoverOf(document, []string{"/all"})
	if shown, covered := cover.Body([]byte(`{"a":"value 7"}`)); !covered || strings.Contains(string(shown), "7") {
		t.Errorf("%d values: %s", len(many), shown)
	}
	more := CoverOf([]byte(`{"all":`+strings.TrimSuffix(string(document[7:]), "]}")+`,"one more"]}`), []string{"/all"})
	if shown, covered := more.Body([]byte(`{"a":1}`)); !covered || string(shown) != Literal {
		t.Errorf("one more: %s", shown)
	}
	if got := more.Text("said later"); got != Text {
		t.Errorf("a text is %q", got)
	}
}
