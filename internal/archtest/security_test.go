package archtest

import (
	"go/ast"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// namedTest is a test as SECURITY.md names it: its package, perhaps by its path, and its name.
var namedTest = regexp.MustCompile("`([a-z/]+)\\.(Test[A-Za-z0-9_]+)`")

// TestSecurityNamesTests: what SECURITY.md says is tested is tested, and each row of its tables of
// bounds names a test.
func TestSecurityNamesTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string][]string{} // packages by the name of a test
	for _, s := range allSources(t) {
		for _, declaration := range s.ast.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && s.isTest() && f.Recv == nil {
				there[f.Name.Name] = append(there[f.Name.Name], s.folder())
			}
		}
	}
	named := namedTest.FindAllStringSubmatch(string(text), -1)
	for _, n := range named {
		if !slices.ContainsFunc(there[n[2]], func(folder string) bool {
			return folder == n[1] || path.Base(folder) == path.Base(n[1]) && strings.HasSuffix(folder, n[1])
		}) {
			t.Errorf("SECURITY.md names %s.%s, which is in %v", n[1], n[2], there[n[2]])
		}
	}
	if len(named) < 40 {
		t.Errorf("%d tests are found in SECURITY.md: is this how they are named?", len(named))
	}
	_, bounds, found := strings.Cut(string(text), "## What goes out and comes in is bounded")
	if !found {
		t.Fatal("the section of bounds is gone")
	}
	bounds, _, _ = strings.Cut(bounds, "\n## ")
	for line := range strings.Lines(bounds) {
		if header := strings.Contains(line, "---") || strings.Contains(line, "| Test |"); strings.HasPrefix(line, "|") && !header && !strings.Contains(line, ".Test") {
			t.Errorf("no test is named: %s", line)
		}
	}
}
