package views

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// flat is a tree as lines of path and value.
func flat(nodes []node) []string {
	var lines []string
	for _, n := range nodes {
		if n.branch() {
			lines = append(append(lines, n.Path+" "+n.Sum), flat(n.Children)...)
		} else {
			lines = append(lines, n.Path+" "+n.Text)
		}
	}
	return lines
}

func count(nodes []node) int {
	n := len(nodes)
	for _, child := range nodes {
		n += count(child.Children)
	}
	return n
}

func TestTree(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, payload, want string }{
		{"OrderAndSpelling", `{"b":5310.00,"a":[true,null,"<ü>"]}`, `b 5310.00;a [3 items];a.0 true;a.1 null;a.2 "<ü>"`},
		{"Array", `[1,{"x":{}}]`, `0 1;1 {1 key};1.x {0 keys}`},
		{"Scalar", `"only text"`, ` "only text"`},
		{"Empty", `{}`, ` {0 keys}`},
		{"TwiceTheSameKey", `{"a":1,"a":2}`, `a 1;a 2`},
		{"Invalid", `{"a":`, ``},
		{"NotJSON", `plain`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(flat(tree([]byte(tc.payload))), ";"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestTreeIsBounded(t *testing.T) {
	t.Parallel()
	wide := "[" + strings.Repeat("1,", 5000) + "1]"
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	for name, payload := range map[string]string{"Wide": wide, "Deep": deep, "Both": `{"a":` + wide + `,"b":` + deep + `}`} {
		nodes := tree([]byte(payload))
		if n := count(nodes); n == 0 || n > maxNodes {
			t.Errorf("%s: %d nodes, want 1 to %d", name, n, maxNodes)
		}
	}
	if root := tree([]byte(wide))[0]; root.More != 5001-len(root.Children) {
		t.Errorf("%d are said to be left out of 5001, %d are shown", root.More, len(root.Children))
	}
	doc := html(t, payload([]byte(wide)))
	if got := doc.Find(".tree .tr.dim").Text(); !strings.HasSuffix(got, "more, in Raw") {
		t.Errorf("nothing says that the tree is cut: %q", got)
	}
}

func TestSmallPayloadsAreOpen(t *testing.T) {
	t.Parallel()
	if n := html(t, payload([]byte(`{"a":{"b":{"c":1}}}`))).Find("details:not([open])").Length(); n != 0 {
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
	if n := html(t, payload(document)).Find("details details[open]").Length(); n != 0 {
		t.Errorf("%d inner branches of a large payload are open", n)
	}
}

func TestPayloadRaw(t *testing.T) {
	t.Parallel()
	const document = "{ \"a\" :\n  [1,2] }"
	if got := html(t, payload([]byte(document))).Find("#payload-raw").Text(); got != document {
		t.Errorf("raw is %q, want it as it came", got)
	}
	if n := html(t, payload(nil)).Find("#payload").Length(); n != 0 {
		t.Error("no payload is shown as one")
	}
	large := html(t, payload([]byte(`"`+strings.Repeat("x", 2*maxRawShown)+`"`)))
	if got := len(large.Find("#payload-raw").Text()); got != maxRawShown {
		t.Errorf("%d bytes of a large payload are shown, want %d", got, maxRawShown)
	}
	if got := words(large.Find(".raw .wire-meta")); got != "The first 65.5 KB of 131.1 KB." {
		t.Errorf("what is missing is said as %q", got)
	}
}

func FuzzTree(f *testing.F) {
	for _, seed := range []string{samplePayload, `[]`, `{"a":[{"b":null}]}`, "\"\xff\"", `{"a":1}{"b":2}`, `1e999`, `"😀"`, strings.Repeat("[", 100)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		nodes := tree(document)
		if (len(nodes) > 0) != json.Valid(document) {
			t.Errorf("%d nodes of a document whose validity is %v", len(nodes), json.Valid(document))
		}
		if n := count(nodes); n > maxNodes {
			t.Errorf("%d nodes, want at most %d", n, maxNodes)
		}
		var all strings.Builder
		spans, _ := laidOut(document)
		for _, s := range spans {
			all.WriteString(s.Text)
		}
		if len(document) <= maxCodeShown && !sameButSpace(all.String(), string(document)) {
			t.Errorf("%q is laid out as %q", document, all.String())
		}
	})
}

// sameButSpace reports whether two texts differ in white space and broken UTF-8 only.
func sameButSpace(a, b string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), "") }
	return squeeze(a) == squeeze(b)
}
