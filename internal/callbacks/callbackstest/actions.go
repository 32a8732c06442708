package callbackstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"countersign/internal/callbacks"
)

// Actions are all actions of the audit, read from the file of the model that declares them. A table
// over them is tested to have each. The path is that of the file.
func Actions(t testing.TB, path string) (all []callbacks.Action) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Action" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, callbacks.Action(text))
		}
		return true
	})
	if len(all) < 30 {
		t.Fatalf("only %d actions are found in %s", len(all), path)
	}
	return all
}
