package batches

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCell+1)
	for name, tt := range map[string]struct {
		documents []string
		want      differences
	}{
		"None":      {nil, differences{Cells: [][]string{}}},
		"NoObjects": {[]string{`7`, `[1]`, `not JSON`, ``}, differences{Cells: [][]string{nil, nil, nil, nil}}},
		"Same":      {[]string{`{"a":1,"b":[2]}`, `{"b":[2],"a":1}`}, differences{Cells: [][]string{nil, nil}, Same: []field{{"a", "1"}, {"b", "[2]"}}}},
		"OneDiffers": {
			[]string{`{"env":"prod","commit":"b81"}`, `{"env":"st\u0061ging","commit":"b81"}`},
			differences{Columns: []string{"env"}, Cells: [][]string{{"prod"}, {"staging"}}, Same: []field{{"commit", "b81"}}},
		},
		"SpelledOtherwise": { // what differs in its bytes differs
			[]string{`{"n":1.0}`, `{"n":1}`}, differences{Columns: []string{"n"}, Cells: [][]string{{"1.0"}, {"1"}}},
		},
		"LackingInOne": {[]string{`{"a":1}`, `{}`}, differences{Cells: [][]string{nil, nil}, More: 1}},
		"Many": {
			[]string{`{"a":1,"b":1,"c":1,"d":1}`, `{"a":2,"b":2,"c":2,"d":2}`},
			differences{Columns: []string{"a", "b", "c"}, Cells: [][]string{{"1", "1", "1"}, {"2", "2", "2"}}, More: 1},
		},
		"Long": {
			[]string{`{"a":"` + long + `"}`, `{"a":[` + strings.Repeat("1,", maxCell) + `1]}`},
			differences{Columns: []string{"a"}, Cells: [][]string{{long[:maxCell] + "…"}, {("[" + strings.Repeat("1,", maxCell))[:maxCell] + "…"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var documents [][]byte
			for _, d := range tt.documents {
				documents = append(documents, []byte(d))
			}
			if diff := cmp.Diff(tt.want, compare(documents)); diff != "" {
				t.Errorf("want to got:\n%s", diff)
			}
		})
	}
}
