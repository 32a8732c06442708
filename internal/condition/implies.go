package condition

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"countersign/internal/callbacks"
)

// Implies reports whether every request that fulfils the condition also fulfils another one, and
// every request that fails the other one also fails this one. Where one of them cannot be evaluated,
// the other may have any answer between, unless alike says that both can be evaluated for the same
// requests. Only && and || and comparisons with a number are looked into, so that false also means
// that nobody can tell.
func (k condition) Implies(other callbacks.Condition) (implies, alike bool) {
	than, ok := other.(condition)
	if !ok {
		return false, false
	}
	mine, theirs := term{k.tree.Expr(), k.tree}, term{than.tree.Expr(), than.tree}
	return mine.implies(theirs), mine.within(theirs) || theirs.within(mine)
}

// term is a part of a condition.
type term struct {
	ast.Expr
	of *ast.AST
}

func (t term) implies(other term) bool {
	if a, b, ok := t.operands(operators.LogicalOr); ok {
		return a.implies(other) && b.implies(other)
	}
	if a, b, ok := other.operands(operators.LogicalAnd); ok {
		return t.implies(a) && t.implies(b)
	}
	if a, b, ok := t.operands(operators.LogicalAnd); ok && (a.implies(other) || b.implies(other)) {
		return true
	}
	if a, b, ok := other.operands(operators.LogicalOr); ok && (t.implies(a) || t.implies(b)) {
		return true
	}
	text := t.text()
	return text != "" && text == other.text() || t.within(other)
}

// within compares two comparisons of the same value with numbers: x >= 20 is within x >= 10.
func (t term) within(other term) bool {
	for _, operator := range []struct {
		strict, loose string
		sign          float64
	}{{operators.Greater, operators.GreaterEquals, 1}, {operators.Less, operators.LessEquals, -1}} {
		mine, ok := t.bound(operator.strict, operator.loose)
		theirs, too := other.bound(operator.strict, operator.loose)
		if !ok || !too || mine.value != theirs.value {
			continue
		}
		distance := (mine.number - theirs.number) * operator.sign
		return distance > 0 || distance == 0 && (mine.strict || !theirs.strict)
	}
	return false
}

// bound is a comparison of a value with a number.
type bound struct {
	value  string
	number float64
	strict bool
}

func (t term) bound(strict, loose string) (b bound, ok bool) {
	left, right, ok := t.operands(strict)
	if b.strict = ok; !ok {
		left, right, ok = t.operands(loose)
	}
	if !ok || right.Kind() != ast.LiteralKind {
		return b, false
	}
	b.value = left.text()
	switch number := right.AsLiteral().(type) {
	case types.Double:
		b.number = float64(number)
	case types.Int:
		b.number = float64(number)
	default:
		return b, false
	}
	return b, b.value != ""
}

// operands are the two sides of an operator.
func (t term) operands(operator string) (left, right term, ok bool) {
	if t.Kind() != ast.CallKind || t.AsCall().FunctionName() != operator || len(t.AsCall().Args()) != 2 {
		return left, right, false
	}
	args := t.AsCall().Args()
	return term{args[0], t.of}, term{args[1], t.of}, true
}

// text is the term as CEL writes it, so that spaces and needless brackets make no difference. A term
// that cannot be written is like no other.
func (t term) text() string {
	text, err := parser.Unparse(t.Expr, t.of.SourceInfo())
	if err != nil {
		return ""
	}
	return text
}
