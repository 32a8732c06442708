package payload

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/jsontext"
	"countersign/internal/printable"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

const someID = "c1"

// plainly is what runs say, with their escapes.
func plainly(list []printable.Run) string {
	var b strings.Builder
	for _, r := range list {
		b.WriteString(r.Text)
	}
	return b.String()
}

// flat is a tree as lines of path and value.
func flat(nodes []node) []string {
	var lines []string
	for _, n := range nodes {
		if n.branch() {
			lines = append(append(lines, n.Label+" "+n.Sum), flat(n.Children)...)
		} else {
			lines = append(lines, n.Label+" "+plainly(n.Text))
		}
	}
	return lines
}

func TestTree(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, payload, want string }{
		{"OrderAndSpelling", `{"b":5310.00,"a":[true,null,"<ü>"]}`, `b 5310.00;a [3 items];a.0 true;a.1 null;a.2 "<ü>"`},
		{"Array", `[1,{"x":{}}]`, `0 1;1 {1 key};1.x {0 keys}`},
		{"Spaces", " { \"a\" : [ 1 , 2 ] ,\r\n\t\"b\" : -1e+2 } \n", `a [2 items];a.0 1;a.1 2;b -1e+2`},
		{"Scalar", `"only text"`, ` "only text"`},
		{"Number", ` 12 `, ` 12`},
		{"Empty", `{}`, ` {0 keys}`},
		{"TwiceTheSameKey", `{"a":1,"a":2}`, `a 1;a 2`},
		{"Escapes", `{"\u0061\"b":"\/\u00e9\n\ud83d\ude00"}`, `a"b "/é\n😀"`},
		{"Turned", `{"iban":"DE` + "\u202e" + `98"}`, `iban "DE⟨U+202E⟩98"`},
		{"TurnedByNumber", `{"iban":"DE\u202e98"}`, `iban "DE⟨U+202E⟩98"`},
		{"HalfASurrogatePair", `["\ud800","\udc00\ud800x"]`, `0 "⟨U+D800⟩";1 "⟨U+DC00⟩⟨U+D800⟩x"`},
		{"NotUTF8", "[\"a\xff\"]", `0 "a⟨0xFF⟩"`},
		{"NUL", `["a\u0000b"]`, `0 "a\u0000b"`},
		{"Imitated", `["⟨U+202E⟩"]`, `0 "⟨U+27E8⟩U+202E⟩"`},
		{"Invalid", `{"a":`, ``},
		{"NotJSON", `plain`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(flat(tree(Document{Text: []byte(tc.payload)})), ";"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestKeys: a key shows everything that is in it, and no two keys look alike.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ payload, want string }{
		"Empty":        {`{"":1,"node_modules/a":2}`, `""|node_modules/a`},
		"Blanks":       {`{"approved":1," approved":2,"approved ":3,"\u00a0approved":4}`, `approved|" approved"|"approved "|"⟨U+00A0⟩approved"`},
		"Controls":     {`{"a\nb":1,"a\tb":2,"a\u0000b":3,"ab":4,"a\u007fb":5}`, `"a\nb"|"a\tb"|"a\u0000b"|ab|"a⟨U+007F⟩b"`},
		"Quotes":       {`{"\"\"":1,"":2}`, `"\"\""|""`},
		"Invisible":    {"{\"amount\":5,\"amount\u200b\":5000}", "amount|amount⟨U+200B⟩"},
		"ForgedRow":    {"{\"amount\u202e001 :rebmun\":1}", "amount⟨U+202E⟩001 :rebmun"},
		"Persian":      {"{\"می\u200cخواهم\":1}", "می\u200cخواهم"},
		"PersianTwice": {"{\"می\u200cخواهم\":1,\"میخواهم\":2}", "می⟨U+200C⟩خواهم|میخواهم"},
		"Emoji":        {"{\"❤\ufe0f\":1,\"❤\":2}", "❤⟨U+FE0F⟩|❤"},
		"Blank":        {"{\"a b\":1,\"a\u00a0b\":2}", "a b|a⟨U+00A0⟩b"},
		"Long":         {`{"` + strings.Repeat("k", 10_000) + `":1}`, strings.Repeat("k", maxKey) + "…"},
	} {
		var keys []string
		nodes := tree(Document{Text: []byte(tc.payload)})
		for _, n := range nodes {
			keys = append(keys, plainly(n.Key))
		}
		if got := strings.Join(keys, "|"); got != tc.want {
			t.Errorf("%s: got  %+q\nwant %+q", name, got, tc.want)
		}
		doc := viewstest.HTML(t, Section(someID, Document{Text: []byte(tc.payload)}))
		if got := doc.Find(".tree .k").Length(); got != len(nodes) {
			t.Errorf("%s: %d keys on the page, want %d", name, got, len(nodes))
		}
	}
}

// TestEscapesHaveTheirElement: text that looks like an escape has none, so that nobody can fake
// one.
func TestEscapesHaveTheirElement(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, Section(someID, Document{Text: []byte("{\"a\":\"x\u202ey ⟨U+202E⟩\"}")}))
	for _, where := range []string{".tree .v", "#payload-raw"} {
		if got := doc.Find(where + " .esc").Map(func(_ int, s *goquery.Selection) string { return s.Text() }); strings.Join(got, " ") != "⟨U+202E⟩ ⟨U+27E8⟩" {
			t.Errorf("%s has the escapes %q", where, got)
		}
	}
	if strings.ContainsRune(doc.Text(), '\u202e') {
		t.Error("the character itself is on the page")
	}
}

func TestTreeIsBounded(t *testing.T) {
	t.Parallel()
	wide := "[" + strings.Repeat("1,", 5000) + "1]"
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	for name, document := range map[string]string{
		"Wide": wide, "Deep": deep, "Both": `{"a":` + wide + `,"b":` + deep + `}`, "WideAndDeep": "[" + strings.Repeat(deep+",", 1000) + "1]",
		"LongKeys": `{"` + strings.Repeat("k", 1<<19) + `":{"` + strings.Repeat("l", 1<<18) + `":"` + strings.Repeat("v", 1<<17) + `"}}`,
		"Numbers":  "[" + strings.Repeat("1", 1<<19) + "]",
		"Unseen":   `["` + strings.Repeat("\u200b", 1<<18) + `"]`,
		"NotUTF8":  strings.Repeat("\xff", 1<<20),
	} {
		nodes := tree(Document{Text: []byte(document)})
		if n := total(nodes); n > maxNodes {
			t.Errorf("%s: %d nodes, want at most %d", name, n, maxNodes)
		}
		if n := len(viewstest.Text(t, Section(someID, Document{Text: []byte(document)}))); n > 1<<20 {
			t.Errorf("%s: a payload of %d bytes makes a page of %d", name, len(document), n)
		}
	}
	if root := tree(Document{Text: []byte(wide)})[0]; root.rest() != 5001-maxChildren {
		t.Errorf("%d are said to be left out of 5001, %d are shown", root.rest(), len(root.Children))
	}
	doc := viewstest.HTML(t, Section(someID, Document{Text: []byte(wide)}))
	if got := doc.Find(".tree .tr.dim a"); got.Text() != "4901 more" || got.AttrOr("href", "") != "/callbacks/c1/payload/tree?from=100" {
		t.Errorf("nothing leads to the rest: %q %s", got.Text(), got.AttrOr("href", ""))
	}
}

// TestLongBranchHidesNoneBesideIt: what follows a long list is on the page.
func TestLongBranchHidesNoneBesideIt(t *testing.T) {
	t.Parallel()
	document := `{"items":[` + strings.Repeat("0,", 5000) + `0],"grant":{"role":"viewer","admin":true,"scope":"all"}}`
	if got := strings.Join(flat(tree(Document{Text: []byte(document)})), ";"); !strings.Contains(got, "grant {3 keys};") || !strings.Contains(got, "grant.admin true") {
		t.Errorf("%.80s … %s", got, got[len(got)-80:])
	}
}

// TestEveryMemberCanBeReached goes through a large payload as a reader would who opens everything.
func TestEveryMemberCanBeReached(t *testing.T) {
	t.Parallel()
	var changes []map[string]any
	for i := range 2000 {
		changes = append(changes, map[string]any{"address": fmt.Sprintf("f[%d]", i), "actions": []string{"update"}})
	}
	changes[1999] = map[string]any{"address": "db_of_customers", "actions": []string{"delete"}}
	document, err := json.Marshal(map[string]any{"plan": map[string]any{"resource_changes": changes}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	pages := 0
	var open func(at string, from int)
	open = func(at string, from int) {
		pages++
		n, ok := branchAt(Document{Text: document}, at, from)
		if !ok {
			t.Fatalf("nothing at %q from %d", at, from)
		}
		var read func(n *node)
		read = func(n *node) {
			seen[n.At+plainly(n.Text)] = true
			for i := range n.Children {
				read(&n.Children[i])
			}
			if n.rest() > 0 {
				open(n.At, n.next())
			}
		}
		read(&n)
	}
	open("", 0)
	if want := 2 + 1 + 2000*4; len(seen) != want || !seen[`0.0.1999.1"db_of_customers"`] && !seen[`0.0.1999.0"db_of_customers"`] {
		t.Errorf("%d values of %d were seen on %d pages", len(seen), want, pages)
	}
	for _, at := range []string{"7", "0.0.2000", "0.0.1.1.1.1.1", "x", "-1", "0..0", "99999999999999999999"} {
		if _, ok := branchAt(Document{Text: document}, at, 0); ok {
			t.Errorf("there is something at %q", at)
		}
	}
	if value, ok := Value(Document{Text: document}, "0.0.1999"); !ok || string(value) != `{"actions":["delete"],"address":"db_of_customers"}` {
		t.Errorf("the value is %s", value)
	}
}

// TestGlance: what is shown of a closed branch never looks whole when it is not.
func TestGlance(t *testing.T) {
	t.Parallel()
	nested := `{"actions":["delete"],"resource":"aws_db_instance.main"}`
	for range 15 {
		nested = `{"m":` + nested + `}`
	}
	for name, tc := range map[string]struct{ document, want string }{
		"Whole":   {`{"a":[1,"x"],"b":{}}`, `{"a": [1, "x"], "b": {}}`},
		"Deep":    {nested, strings.Repeat(`{"m": `, 15) + "…"},
		"Long":    {`["` + strings.Repeat("é", 200) + `"]`, `["` + strings.Repeat("é", 88) + "…"},
		"Exact":   {`["` + strings.Repeat("x", 86) + `"]`, `["` + strings.Repeat("x", 86) + `"]`},
		"OneMore": {`["` + strings.Repeat("x", 87) + `"]`, `["` + strings.Repeat("x", 87) + `"…`},
		"Many":    {`[` + strings.Repeat(`[],`, 50) + `[]]`, strings.Repeat("[], ", 22)[:0] + "[" + strings.Repeat("[], ", 22) + "[…"},
		"Number":  {"[" + strings.Repeat("7", 300) + "]", "[" + strings.Repeat("7", 89) + "…"},
		"Half":    {`["\ud800"]`, `["⟨U+D800⟩"]`},
	} {
		g := excerptOf(jsontext.Value(tc.document))
		if got := plainly(g.Text); got != tc.want || g.Cut != strings.HasSuffix(tc.want, "…") {
			t.Errorf("%s: got %s, cut %v\nwant %s", name, got, g.Cut, tc.want)
		}
	}
}

// TestLongValues: a value that is cut opens in its place. One for which the page has no room has a
// link.
func TestLongValues(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"Text": `"` + strings.Repeat("x", 5000) + `"`, "Number": strings.Repeat("1", 5000),
		"TooLong": `"` + strings.Repeat("x", maxWhole) + `"`, "TooManyEscapes": `"` + strings.Repeat("\u200bx", maxWhole/2/escapeRoom) + `"`,
	} {
		doc := viewstest.HTML(t, Section(someID, Document{Text: []byte(`{"a":{"b":` + value + `}}`)}))
		leaf := doc.Find(".tree .tr:has(.whole)")
		if got := leaf.ChildrenFiltered(".v").Text(); !strings.HasSuffix(got, "…") || name != "TooManyEscapes" && len(got) > maxText+10 {
			t.Errorf("%s: %d bytes are shown, ending in %q", name, len(got), got[len(got)-5:])
		}
		const path = "/callbacks/c1/payload?at=0.0"
		if got := leaf.Find(".cp").AttrOr("data-copy-from", ""); got != path {
			t.Errorf("%s: the copy is from %q", name, got)
		}
		if strings.HasPrefix(name, "Too") {
			if got := leaf.Find("a.whole").AttrOr("href", ""); got != path {
				t.Errorf("%s: the link goes to %q", name, got)
			}
			continue
		}
		if got := leaf.Find("details.whole:not([open]) > .v").Text(); got != value {
			t.Errorf("%s: opened, it has %d bytes of %d", name, len(got), len(value))
		}
	}
}

// TestLongValuesShareRoom: many long values do not make the page larger than one does.
func TestLongValuesShareRoom(t *testing.T) {
	t.Parallel()
	value := `"` + strings.Repeat("x", maxWhole/4) + `"`
	doc := viewstest.HTML(t, Section(someID, Document{Text: []byte("[" + strings.Repeat(value+",", 9) + value + "]")}))
	if whole, links := doc.Find("details.whole").Length(), doc.Find("a.whole").Length(); whole != 3 || links != 7 {
		t.Errorf("%d open in their place, %d have a link", whole, links)
	}
}

func TestSmallPayloadsAreOpen(t *testing.T) {
	t.Parallel()
	if n := viewstest.HTML(t, Section(someID, Document{Text: []byte(`{"a":{"b":{"c":1}}}`)})).Find("details:not([open])").Length(); n != 0 {
		t.Errorf("%d branches of a small payload are closed", n)
	}
	large := map[string]any{}
	for i := range 10 {
		large[fmt.Sprint(i)] = map[string]any{"x": []int{1, 2, 3, 4}}
	}
	document, err := json.Marshal(large)
	if err != nil {
		t.Fatal(err)
	}
	if n := viewstest.HTML(t, Section(someID, Document{Text: document})).Find("details details[open]").Length(); n != 0 {
		t.Errorf("%d inner branches of a large payload are open", n)
	}
}

func TestPayloadRaw(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"{ \"a\" :\n  [1,2] }", "\n\n[1]\n", "[\"a  b\"]"} {
		if got := viewstest.HTML(t, Section(someID, Document{Text: []byte(document)})).Find("#payload-raw").Text(); got != document {
			t.Errorf("raw is %q, want it as it came: %q", got, document)
		}
	}
	if got := viewstest.HTML(t, Section(someID, Document{Text: []byte("a\r\nb\x00\rc")})).Find("#payload-raw").Text(); got != "a⟨U+000D⟩\nb⟨U+0000⟩⟨U+000D⟩c" {
		t.Errorf("line ends are shown as %q", got)
	}
	if n := viewstest.HTML(t, Section(someID, Document{})).Find("#payload").Length(); n != 0 {
		t.Error("no payload is shown as one")
	}
	for text, capped := range map[string]int{`"short"`: 0, strings.Repeat("\n", maxLines+1): 1, strings.Repeat("x", maxUncapped+1): 1} {
		d := Document{Text: []byte(text)}
		if got := viewstest.HTML(t, Section(someID, d)).Find(".raw > .show-all:not([open]) + #payload-raw").Length(); got != capped {
			t.Errorf("%d bytes are capped %d times, want %d", len(text), got, capped)
		}
		if HasClosedPart(d) != (capped == 1) {
			t.Errorf("%d bytes: it is closed: %t", len(text), capped == 0)
		}
	}
	large := viewstest.HTML(t, Section(someID, Document{Text: []byte(`"` + strings.Repeat("x", 2*maxRawShown) + `"`)}))
	if got := len(large.Find("#payload-raw").Text()); got != maxRawShown {
		t.Errorf("%d bytes of a large payload are shown, want %d", got, maxRawShown)
	}
	if got := viewstest.Words(large.Find(".raw .wire-meta")); got != "The first 65.5 KB of 131.1 KB. All of it" {
		t.Errorf("what is missing is said as %q", got)
	}
	if got := large.Find(".box-h button").AttrOr("data-copy-from", ""); got != "/callbacks/c1/payload" {
		t.Errorf("Copy takes %q", got)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	document := []byte(`{"plan":[{"address":"DB_of_customers"},{"db":{"size":10}},"\u0064b"],"n":123}`)
	for text, want := range map[string]string{
		"db": `0.0.0 plan.0.address "DB_of_customers"|0.1.0 plan.1.db {"size": 10}|0.2 plan.2 "db"`, "23": "1 n 123", "nothing": "",
	} {
		hits, more := search(Document{Text: document}, text)
		var got []string
		for _, h := range hits {
			got = append(got, h.At+" "+plainly(h.Label)+" "+plainly(h.Text.Text))
		}
		if strings.Join(got, "|") != want || more {
			t.Errorf("%s: got %q, %v", text, got, more)
		}
	}
	if hits, more := search(Document{Text: []byte("[" + strings.Repeat("1,", 500) + "1]")}, "1"); len(hits) != maxHits || !more {
		t.Errorf("%d hits, more %v", len(hits), more)
	}
}

// TestClosedPayload: the bar warns when a part cannot be read without opening it, and of nothing
// else.
func TestClosedPayload(t *testing.T) {
	t.Parallel()
	many := `{"a":[` + strings.Repeat(`{"x":[1,2,3,4,5,6,7]},`, 30) + `1]}`
	for name, tc := range map[string]struct {
		document string
		want     bool
	}{
		"None": {"", false}, "Small": {`{"a":{"b":[1,2]}}`, false}, "Wide": {"[" + strings.Repeat("1,", 200) + "1]", true}, "Closed": {many, true},
		"LongText": {`["` + strings.Repeat("x", 2000) + `"]`, true}, "Text": {"plain", false}, "LargeText": {strings.Repeat("x", 70_000), true},
		"Deep": {strings.Repeat("[", 300) + strings.Repeat("]", 300), true},
	} {
		if got := HasClosedPart(Document{Text: []byte(tc.document)}); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestUnseenWarning(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":"b"}`: "",
		`{"a":"שלום 👩` + "\u200d" + `👧"}`:             "",
		"{\"to\":\"DE\u202e98\u202e\"}":               "Holds characters that cannot be seen: U+202E (right-to-left override).",
		`{"to":"DE\u202e98\u0000\u000a\ud83d\ude00"}`: "Holds characters that cannot be seen: U+202E (right-to-left override), U+0000 (null).",
		// as programs that write ASCII spell them
		`{"a":"\u05e9\u05dc\u05d5\u05dd\u200f (1) \ud83d\udc69\u200d\ud83d\udc67 \u0645\u06cc\u200c\u062e"}`: "",
		// a backslash and letters
		`{"path":"C:\\u202e\\\\u0000","n":"\n\t"}`: "",
		`{"a":"hi\udb40\udc68"}`:                   "Holds characters that cannot be seen: U+E0068 (a tag).",
		`{"a":"\ud800","b":"\\\u202e"}`:            "Holds characters that cannot be seen: U+D800 (half of a surrogate pair), U+202E (right-to-left override).",
		`no JSON \u202e \uZZZZ`:                    "",
	} {
		if got := viewstest.Words(viewstest.HTML(t, UnseenWarning([]byte(body))).Selection); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func FuzzTree(f *testing.F) {
	for _, seed := range []string{viewstest.Payload, `[]`, `{"a":[{"b":null}]}`, "\"\xff\"", `{"a":1}{"b":2}`, `1e999`, `"😀"`, strings.Repeat("[", 100), `{"\ud800\"":[" ",{}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		nodes := tree(Document{Text: document})
		if (len(nodes) > 0) != json.Valid(document) {
			t.Errorf("%d nodes of a document whose validity is %v", len(nodes), json.Valid(document))
		}
		if n := total(nodes); n > maxNodes {
			t.Errorf("%d nodes, want at most %d", n, maxNodes)
		}
		search(Document{Text: document}, "a")
	})
}
