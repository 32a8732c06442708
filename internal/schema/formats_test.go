package schema_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/schema"
)

// TestFormats: the formats that the documentation calls checked are, and others do nothing.
func TestFormats(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/forms.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(docs), "fields of their own. Checked are ")
	list, _, ended := strings.Cut(list, "; `regex` is refused")
	if !found || !ended {
		t.Fatal("the documentation has no list")
	}
	names := regexp.MustCompile("`[^`]+`").FindAllString(list, -1)
	if len(names) < 15 {
		t.Fatalf("only %v", names)
	}
	for _, name := range append(names, "password", "idn-email", "ours") {
		checker, err := schema.NewCompiler().Compile(`{"type":"string","format":"` + strings.Trim(name, "`") + `"}`)
		if err != nil {
			t.Fatal(err)
		}
		refused := len(checker.Check(t.Context(), `"{ %zz ~"`)) > 0
		if refused != strings.HasPrefix(name, "`") {
			t.Errorf("%s: a text that is none is refused: %t", name, refused)
		}
	}
}
