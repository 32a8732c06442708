package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// environmentReaders are the functions that read the process's environment, by import path.
var environmentReaders = map[string][]string{
	"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
	"syscall": {"Getenv", "Environ"},
}

// mayReadEnvironment says where it is allowed: commands, their configuration, examples of other
// programs, and tests.
func mayReadEnvironment(s source) bool {
	return s.isTest() || under(s.folder(), "cmd") || under(s.folder(), "examples") || under(s.folder(), "internal/config") || testSupport(s.folder())
}

// environmentReads are the uses of [environmentReaders] in a file, whatever name it gives the
// package.
func environmentReads(file *ast.File) []string {
	readers := make(map[string][]string) // by local name
	for _, spec := range file.Imports {
		imported := strings.Trim(spec.Path.Value, "`\"")
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if functions, ok := environmentReaders[imported]; ok {
			readers[local] = functions
		}
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(readers[x.Name], selector.Sel.Name) {
				found = append(found, x.Name+"."+selector.Sel.Name)
			}
		}
		return true
	})
	return found
}

func TestOnlyCommandsReadTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, s := range allSources(t) {
		if reads := environmentReads(s.ast); len(reads) > 0 && !mayReadEnvironment(s) {
			t.Errorf("%s uses %s: take the value as an argument; cmd/web reads the environment", s.name, strings.Join(reads, ", "))
		}
	}
}

func TestEnvironmentReadsAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`import "os"; var x = os.Getenv("X")`:                                       "os.Getenv",
		`import "os"; func load() { get := os.LookupEnv; get("X") }`:                "os.LookupEnv",
		`import system "os"; var x = system.Environ()`:                              "system.Environ",
		`import "syscall"; var x, ok = syscall.Getenv("X")`:                         "syscall.Getenv",
		`import "os"; var x = os.Args; var getenv func(string) string // os.Getenv`: "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(environmentReads(file), ","); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestEveryPackageSaysWhatItIs wants one package comment a folder. In a folder of tests alone, a
// test file has it.
func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for folder, comments := range packageComments(allSources(t)) {
		if comments != 1 {
			t.Errorf("%s has %d package comments, want 1 that says what the package owns", folder, comments)
		}
	}
}

// packageComments counts the package comments of each folder. Generated files have notes in that
// place, not documentation.
func packageComments(list []source) map[string]int {
	code, tests := make(map[string]int), make(map[string]int)
	for _, s := range list {
		count := code
		if s.isTest() {
			count = tests
		}
		count[s.folder()] += 0
		if s.ast.Doc.Text() != "" && !strings.HasSuffix(s.name, "_templ.go") {
			count[s.folder()]++
		}
	}
	for folder, comments := range tests {
		if _, ok := code[folder]; !ok {
			code[folder] = comments
		}
	}
	return code
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	var list []source
	for name, text := range map[string]string{
		"a/a.go": "// Package a is a.\npackage a", "a/b.go": "package a", "a/a_test.go": "// Tests.\npackage a_test",
		"bare/x.go": "package bare", "bare/x_test.go": "// Tests.\npackage bare",
		"e2e/x_test.go": "// Package e2e drives a browser.\npackage e2e",
		"views/p.go":    "// Package views renders.\npackage views", "views/p_templ.go": "// templ: version: v1\npackage views",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, source{name: name, ast: file})
	}
	want := map[string]int{"a": 1, "bare": 0, "e2e": 1, "views": 1}
	if got := packageComments(list); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
