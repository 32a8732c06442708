package deskfile

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocumentsHaveTheKeys: the pages name every key, in the words of the types.
func TestDocumentsHaveTheKeys(t *testing.T) {
	t.Parallel()
	for page, table := range map[string]func(io.Writer) error{"configuration.md": Table, "signatures.md": RulesTable, "templates.md": TemplatesTable} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			page := "../../../docs/" + page
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			before, rest, begins := strings.Cut(string(text), "<!-- keys: written by go test ./internal/config/deskfile -update -->\n")
			got, after, ends := strings.Cut(rest, "<!-- end of keys -->\n")
			if !begins || !ends {
				t.Fatalf("%s lacks the marks around its table of keys", page)
			}
			var want bytes.Buffer
			if err := table(&want); err != nil {
				t.Fatal(err)
			}
			if *rewrite {
				written := strings.TrimSuffix(string(text), rest) + want.String() + "<!-- end of keys -->\n" + after
				if err := os.WriteFile(page, []byte(written), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want.String(), got); diff != "" {
				t.Errorf("run go test ./internal/config/deskfile -update\n-package +page, after %q:\n%s", before[max(0, len(before)-40):], diff)
			}
		})
	}
}

// TestDocumentedFileIsRight: the file to copy is one that starts.
func TestDocumentedFileIsRight(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"docs/configuration.md", "docs/signatures.md", "docs/templates.md", "README.md"} {
		text, err := os.ReadFile("../../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		_, file, found := strings.Cut(string(text), "```yaml\n")
		file, _, _ = strings.Cut(file, "```\n")
		s := surroundings()
		s.ReadFile = func(string) ([]byte, error) { return []byte(goodSecret), nil }
		if _, err := Parse(page, []byte(file), s); err != nil || !found {
			t.Errorf("%v", err)
		}
	}
}
