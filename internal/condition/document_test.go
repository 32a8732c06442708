package condition_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/condition"
)

var rewrite = flag.Bool("update", false, "write the variables into the page that lists them")

// TestDocumentHasTheVariables: the page names every variable, in the words of the package.
func TestDocumentHasTheVariables(t *testing.T) {
	t.Parallel()
	const page = "../../docs/signatures.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- variables: written by go test ./internal/condition -update -->\n", "<!-- end of variables -->\n"
	before, rest, begins := strings.Cut(string(text), begin)
	got, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s lacks the marks around its variables", page)
	}
	want := "| Variable | Type | What it is |\n| --- | --- | --- |\n"
	for _, v := range condition.Variables {
		want += fmt.Sprintf("| `%s` | %s | %s |\n", v.Name, v.Type, v.Help)
	}
	if *rewrite {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run go test ./internal/condition -update\n-package +page:\n%s", diff)
	}
}
