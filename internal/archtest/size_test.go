package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// How much one reader can keep in mind. Generated files do not count, and tests are not among the
// files of a package.
const (
	maxFiles    = 30
	maxLines    = 400 // of a file
	maxFunction = 50  // lines of a function
	maxTest     = 80  // lines of a function in a test file
	maxMethods  = 12  // that a port declares
)

// largePackages may have more files than maxFiles: the model has a file for each word of the domain.
var largePackages = map[string]int{"internal/callbacks": 40}

// maxModel bounds the lines of the model, tests left out: it has the rules, and nothing that can stand
// beside them.
const maxModel = 5000

// oversized are the packages, files and functions that are too large, in words.
func oversized(list []source) []string {
	var found []string
	files := make(map[string]int) // by package
	model := 0                    // lines
	for _, s := range list {
		if strings.HasSuffix(s.name, "_templ.go") {
			continue
		}
		limit := maxFunction
		if s.isTest() || testSupport(s.folder()) {
			limit = maxTest
		}
		if !s.isTest() {
			files[s.folder()]++
		}
		lines := s.positions.Position(s.ast.FileEnd).Line
		if s.folder() == "internal/callbacks" && !s.isTest() {
			model += lines
		}
		if lines > maxLines {
			found = append(found, fmt.Sprintf("%s has %d lines, at most %d: which of its subjects can have a file?", s.name, lines, maxLines))
		}
		found = append(found, s.largePorts()...)
		for _, declaration := range s.ast.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || s.lines(f) <= limit {
				continue
			}
			found = append(found, fmt.Sprintf("%s: %s has %d lines, at most %d", s.name, f.Name.Name, s.lines(f), limit))
		}
	}
	for folder, n := range files {
		if limit := max(maxFiles, largePackages[folder]); n > limit {
			found = append(found, fmt.Sprintf("%s has %d files, at most %d: which trade can move out?", folder, n, limit))
		}
	}
	if model > maxModel {
		found = append(found, fmt.Sprintf("internal/callbacks has %d lines, at most %d: what is neither the model nor a rule?", model, maxModel))
	}
	slices.Sort(found)
	return found
}

// largePorts are the interfaces of a file that declare too many methods, in words.
func (s source) largePorts() (found []string) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		spec, named := n.(*ast.TypeSpec)
		if !named {
			return true
		}
		port, ok := spec.Type.(*ast.InterfaceType)
		if !ok {
			return true
		}
		methods := 0
		for _, m := range port.Methods.List {
			methods += len(m.Names) // none for an interface inside
		}
		if methods > maxMethods {
			found = append(found, fmt.Sprintf("%s: %s has %d methods, at most %d: who uses which?", s.name, spec.Name.Name, methods, maxMethods))
		}
		return true
	})
	return found
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, text := range oversized(allSources(t)) {
		t.Error(text)
	}
}

func TestOversized(t *testing.T) {
	t.Parallel()
	port := func(methods int) string {
		return "type P interface {" + strings.Join(numbered("M%d(); ", methods), "") + "io.Closer}\n"
	}
	function := func(lines int) string { return "func f() {" + strings.Repeat("\n", lines-1) + "}\n" }
	for name, test := range map[string]struct {
		files []string // their names; each has the text
		text  string
		want  string
	}{
		"Fits":          {[]string{"a/a.go"}, function(maxFunction), ""},
		"Function":      {[]string{"a/a.go"}, function(maxFunction + 1), "a/a.go: f has 51 lines, at most 50"},
		"Port":          {[]string{"a/a.go"}, port(maxMethods), ""},
		"LargePort":     {[]string{"a/a.go"}, port(maxMethods + 1), "a/a.go: P has 13 methods, at most 12"},
		"Test":          {[]string{"a/a_test.go"}, function(maxTest), ""},
		"LongTest":      {[]string{"a/a_test.go"}, function(maxTest + 1), "a/a_test.go: f has 81 lines, at most 80"},
		"TestSupport":   {[]string{"a/atest/a.go"}, function(maxTest), ""},
		"File":          {[]string{"a/a.go"}, strings.Repeat("// a\n", maxLines), "a/a.go has 401 lines, at most 400"},
		"Generated":     {[]string{"a/a_templ.go"}, strings.Repeat("// a\n", maxLines), ""},
		"Files":         {numbered("a/%d.go", maxFiles), "", ""},
		"TestsAside":    {append(numbered("a/%d.go", maxFiles), numbered("a/%d_test.go", maxFiles)...), "", ""},
		"TooManyFiles":  {numbered("a/%d.go", maxFiles+1), "", "a has 31 files, at most 30"},
		"LargePackage":  {numbered("internal/callbacks/%d.go", 40), "", ""},
		"Model":         {numbered("internal/callbacks/%d.go", 20), strings.Repeat("// a\n", 300), "internal/callbacks has 6020 lines, at most 5000"},
		"LargerPackage": {numbered("internal/callbacks/%d.go", 41), "", "internal/callbacks has 41 files, at most 40"},
	} {
		var list []source
		positions := token.NewFileSet()
		for _, file := range test.files {
			parsed, err := parser.ParseFile(positions, file, "package a\n"+test.text, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, source{name: file, ast: parsed, positions: positions})
		}
		got := strings.Join(oversized(list), "; ")
		if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// numbered makes n names of files.
func numbered(format string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(format, i)
	}
	return names
}
