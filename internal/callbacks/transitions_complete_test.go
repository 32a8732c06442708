package callbacks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTransitionsAreAllInTheTable: every method that changes a callback has its rows, unless it is
// unexported and part of others.
func TestTransitionsAreAllInTheTable(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, e := range events {
		method, _, _ := strings.Cut(e.name, "/")
		rows = append(rows, method)
	}
	methods := callbackMethods(t)
	for name, m := range methods {
		if m.changes && (ast.IsExported(name) || !calls(methods, name)) && !slices.Contains(rows, name) {
			t.Errorf("%s changes a callback and has no row in the table", name)
		}
	}
	for _, name := range rows {
		if !methods[name].changes {
			t.Errorf("the table has %s, which is no method that changes a callback", name)
		}
	}
}

// calls reports whether a method is called by another.
func calls(methods map[string]method, name string) bool {
	for _, m := range methods {
		if slices.Contains(m.calls, name) {
			return true
		}
	}
	return false
}

// method is what the source of a method of Callback does with its receiver.
type method struct {
	changes bool // it assigns to it, or calls a method that does
	calls   []string
}

// callbackMethods reads the methods of Callback by name.
func callbackMethods(t *testing.T) map[string]method {
	t.Helper()
	methods := map[string]method{}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && receiverOf(fn) == "Callback" && !strings.HasSuffix(name, "_test.go") {
				methods[fn.Name.Name] = methodOf(fn)
			}
		}
	}
	for range methods { // as deep as calls can go
		for name, m := range methods {
			m.changes = m.changes || slices.ContainsFunc(m.calls, func(called string) bool {
				return methods[called].changes
			})
			methods[name] = m
		}
	}
	return methods
}

// receiverOf is the type to which a pointer method belongs.
func receiverOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	star, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	name, _ := star.X.(*ast.Ident)
	return name.Name
}

// methodOf reads what one does.
func methodOf(fn *ast.FuncDecl) method {
	var m method
	receiver := fn.Recv.List[0].Names[0].Name
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			m.changes = m.changes || n.Tok != token.DEFINE && slices.ContainsFunc(n.Lhs, func(to ast.Expr) bool {
				return partOf(to, receiver)
			})
		case *ast.IncDecStmt:
			m.changes = m.changes || partOf(n.X, receiver)
		case *ast.CallExpr:
			if called, ok := n.Fun.(*ast.SelectorExpr); ok {
				if of, ok := called.X.(*ast.Ident); ok && of.Name == receiver {
					m.calls = append(m.calls, called.Sel.Name)
				}
			}
		}
		return true
	})
	return m
}

// partOf reports whether an expression is a field of a variable, or a field of that.
func partOf(e ast.Expr, variable string) bool {
	field, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of, ok := field.X.(*ast.Ident)
	return ok && of.Name == variable || partOf(field.X, variable)
}
