package condition

import (
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"countersign/internal/callbacks"
	"countersign/internal/jsonsyntax"
)

// digits is the text of a number in a payload, which becomes a double when a condition reads it.
type digits string

const (
	// exactDigits is how many decimal digits a double always keeps (DBL_DIG).
	exactDigits = 15
	// exactWhole is the greatest number below which a double holds every whole number.
	exactWhole = 1 << 53
	// leastNormal is the least double that keeps all its digits (DBL_MIN).
	leastNormal = 0x1p-1022
	// maxNumber is how much of a number a message repeats.
	maxNumber = 40
)

// exact returns a number of JSON as a double, or an error if the double would be another number.
func exact(text string) ref.Val {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !keeps(text, f) {
		return types.NewErr("the number %s has more digits than can be compared exactly", clip(text))
	}
	return types.Double(f)
}

// keeps reports whether a double tells a number from every other one of so many digits.
func keeps(text string, f float64) bool {
	significant, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(text, "-")), "e")
	whole := !strings.ContainsAny(text, ".eE")
	significant = strings.Trim(strings.Replace(significant, ".", "", 1), "0")
	switch size := max(f, -f); {
	case significant == "":
		return true
	case size < leastNormal:
		return false
	case whole && size <= exactWhole:
		return strconv.FormatFloat(f, 'f', -1, 64) == text
	}
	return len(significant) <= exactDigits
}

// number is the function of that name: it takes a number, or a text that is one in JSON.
func number(value ref.Val) ref.Val {
	switch v := value.(type) {
	case types.Double, *types.Err, *types.Unknown:
		return v
	case types.Int:
		return exact(strconv.FormatInt(int64(v), 10))
	case types.String:
		if !jsonsyntax.Number(string(v)) {
			return types.NewErr("the text %q is not a number", clip(string(v)))
		}
		return exact(string(v))
	}
	return types.NewErr("number() takes a number or a text, not %s", plainType(value.Type().TypeName()))
}

// literalPattern matches a number as it begins in the text of a condition.
var literalPattern = regexp.MustCompile(`^[0-9.]+([eE][+-]?[0-9]+)?`)

// inexactLiteral finds a number in the condition that would be compared as another one.
func inexactLiteral(text string, checked *cel.Ast) *callbacks.ConditionFault {
	tree := checked.NativeRep()
	lines := strings.Split(text, "\n")
	root := ast.NavigateAST(tree)
	for _, e := range ast.MatchDescendants(root, ast.KindMatcher(ast.LiteralKind)) {
		switch e.AsLiteral().(type) {
		case types.Double, types.Int:
		default:
			continue
		}
		at := tree.SourceInfo().GetStartLocation(e.ID())
		if at.Line() < 1 || at.Line() > len(lines) {
			continue // made by a macro
		}
		line := []rune(lines[at.Line()-1])
		written := literalPattern.FindString(strings.TrimPrefix(string(line[min(at.Column(), len(line)):]), "-"))
		if written == "" {
			continue // 0x1f, or made by a macro
		}
		if types.IsError(exact(strings.TrimPrefix(written, "."))) {
			return &callbacks.ConditionFault{Line: at.Line(), Column: at.Column() + 1,
				Text: "the number " + clip(written) + " has more digits than can be compared exactly: write at most 15"}
		}
	}
	return nil
}

// clip shortens what a message repeats.
func clip(text string) string {
	if runes := []rune(text); len(runes) > maxNumber {
		return string(runes[:maxNumber]) + "…"
	}
	return text
}
