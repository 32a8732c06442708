package form_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/form"
)

func said(changes []form.Change) string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, fmt.Sprintf("%s %s: %q %q %s %s", c.Kind, c.Title, c.Old, c.New, c.Unit, c.Note))
	}
	return strings.Join(lines, "\n")
}

// TestChanges says each kind of change in words.
func TestChanges(t *testing.T) {
	t.Parallel()
	f, proposed := fixture(t, "purchase-order"), parse(t, order)
	for _, tc := range []struct{ name, old, changed, want string }{
		{"same", ``, ``, ``},
		{"number", `"quantity": 40`, `"quantity": 36`, `changed Quantity: "40" "36" pieces 4 fewer`},
		{"spelling of a number", `815.00`, `815`, `changed Most per piece: "815.00" "815" USD `},
		{"choice", `"standard"`, `"hold"`, `changed Speed: "Standard" "Hold"  `},
		{"unanswered", `"erp_key"`, `"partial": false, "erp_key"`, `answered Partial delivery allowed: "" "No"  `},
		{"item added", `["rasa@`, `["teo@harborline.example", "rasa@`, `added Tell when delivered: "" "teo@harborline.example"  `},
		{"item removed", `"rasa@harborline.example", `, ``, `removed Tell when delivered: "rasa@harborline.example" ""  `},
		{"row removed", `,
    {"item": "ZB-CR8178", "what": "Cradle", "pieces": 6, "each": 312.00}`, ``, `removed Lines, line 2: "ZB-CR8178, Cradle, 6, 312.00" ""  `},
		{"row changed", `"pieces": 6`, `"pieces": 7`, `changed Lines, line 2, Pieces: "6" "7"  1 more`},
		{"emptied", `LT-49179`, ``, `emptied Ship to, Post code: "LT-49179" ""  had 8 characters`},
		{"null", `"standard"`, `null`, `changed Speed: "Standard" "None"  `},
		{"removed", "\"deliver_by\": \"2026-12-04\",", ``, `removed Deliver by: "2026-12-04" ""  `},
		{"unknown member", `1e2`, `100`, `changed Erp key: "1e2" "100"  `},
		{"unknown added", `1e2`, `1e2, "b": {"c": 1}`, `added B: "" "{\"c\": 1}"  `},
		{"white space", `"quantity": 40`, `"quantity":  40`, `reordered Answer: "" ""  the same values, in another order or written differently`},
	} {
		answer := parse(t, strings.Replace(order, tc.old, tc.changed, 1))
		if got := said(f.Changes(proposed, answer, form.Typed{})); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, got, tc.want)
		}
	}
}

// TestChanges_Bounded: what a change tells, and how many there are, is bounded.
func TestChanges_Bounded(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `true`))
	was, is := parse(t, "["+strings.Repeat("1,", 3000)+"1]"), parse(t, "["+strings.Repeat("2,", 3000)+"1]")
	if got := f.Changes(was, is, form.Typed{}); len(got) != form.MaxChanges || !strings.Contains(got[len(got)-1].Note, "and 2901 more") {
		t.Errorf("got %d changes, the last %+v", len(got), got[len(got)-1])
	}
	long := form.Text(strings.Repeat("é", 5000))
	if got := f.Changes(form.Text("a"), long, form.Typed{}); len(got) != 1 || len([]rune(got[0].New)) > 201 {
		t.Errorf("got %v", got)
	}
}

// FuzzChanges: two documents differ exactly if their bytes do.
func FuzzChanges(f *testing.F) {
	f.Add(every, `{"tags":["a","b"]}`, `{"tags":["b","c"]}`)
	f.Fuzz(func(t *testing.T, schema, was, is string) {
		s, err := form.Parse(schema)
		if err != nil {
			return
		}
		a, err := form.Parse(was)
		b, other := form.Parse(is)
		if err != nil || other != nil {
			return
		}
		if got := form.New(s).Changes(a, b, form.Typed{}); (len(got) == 0) != a.Same(b) {
			t.Errorf("%s to %s: got %v", was, is, got)
		}
	})
}
