package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	moduleRoot = "../.."
	moduleName = "countersign"
)

// source is one parsed Go file. Files are read with build constraints ignored, so that no platform
// hides an import.
type source struct {
	name      string // relative to the module, with slashes
	ast       *ast.File
	positions *token.FileSet // of ast
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// folder is the package's path inside the module.
func (s source) folder() string { return path.Dir(s.name) }

// lines is how many lines a part of the file has.
func (s source) lines(n ast.Node) int {
	return s.positions.Position(n.End()).Line - s.positions.Position(n.Pos()).Line + 1
}

// imports are the file's imports; those of this module without its name, as folders.
func (s source) imports() []string {
	var list []string
	for _, spec := range s.ast.Imports {
		imported := strings.Trim(spec.Path.Value, "`\"")
		list = append(list, strings.TrimPrefix(imported, moduleName+"/"))
	}
	return list
}

// projectFiles are all files of the project by their names relative to the module, without what git
// ignores.
var projectFiles = sync.OnceValues(func() (names []string, err error) {
	ignored := []string{"node_modules", "bin", "data"} // and folders that start with a dot, except .ci
	err = filepath.WalkDir(moduleRoot, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(moduleRoot, name)
		switch base := entry.Name(); {
		case err != nil:
			return err
		case !entry.IsDir():
			names = append(names, filepath.ToSlash(relative))
		case strings.HasPrefix(relative, ".") && relative != "." && relative != ".ci", slices.Contains(ignored, relative), base == "testdata":
			return filepath.SkipDir
		}
		return nil
	})
	return names, err
})

// sources parses every Go file. The test process reads them itself, so that go test knows what its
// cached result depends on.
var sources = sync.OnceValues(func() (list []source, err error) {
	names, err := projectFiles()
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	for _, name := range names {
		if path.Ext(name) != ".go" {
			continue
		}
		parsed, err := parser.ParseFile(files, filepath.Join(moduleRoot, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		list = append(list, source{name: name, ast: parsed, positions: files})
	}
	return list, nil
})

func allSources(t *testing.T) []source {
	t.Helper()
	list, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("only %d Go files found: the rules would hold of nothing", len(list))
	}
	return list
}

// imports maps each package's folder to what its files import, tests left out.
func imports(list []source) map[string][]string {
	graph := make(map[string][]string)
	for _, s := range list {
		if !s.isTest() {
			graph[s.folder()] = append(graph[s.folder()], s.imports()...)
		}
	}
	return graph
}

// reach are the folders of this module that a package needs, itself left out.
func reach(graph map[string][]string, folder string) map[string]bool {
	reached := make(map[string]bool)
	next := []string{folder}
	for len(next) > 0 {
		current := next[0]
		next = next[1:]
		for _, imported := range graph[current] {
			if _, ours := graph[imported]; ours && !reached[imported] {
				reached[imported] = true
				next = append(next, imported)
			}
		}
	}
	return reached
}
