// Package condition compiles the conditions of rules, which are written in CEL, and evaluates them.
// It implements [callbacks.Conditions] and knows nothing of queues, rules and files.
//
// A condition is checked against the types of its variables ([Variables]) before it is taken. It
// reads one request and nothing else: no clock, no network, no other callback. Its length and what
// it may cost are bounded, so a request of a stranger cannot keep the desk busy.
//
// # Numbers
//
// Every number of the payload is a double, whether it is written 15000, 15000.00 or 1.5e4, so that
// arithmetic does not depend on how a sender writes it. A number that a double cannot hold exactly
// as people count (more than 15 digits, or a whole number beyond 2^53, or one that is too large or
// too small) is an error when a condition reads it. A text is never a number: "7846.20" > 5000.0 is
// an error too. The function number takes both, with the same limits.
package condition

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Bounds of a condition. The cost is CEL's own measure: about one for each operation, and more for
// what goes through long texts and lists. A condition of that cost takes some milliseconds.
const (
	maxCost      = 100_000
	maxLength    = 1000 // characters
	maxDepth     = 50
	maxRegexSize = 1000 // instructions of a compiled expression
)

// Variable is a name that conditions can use.
type Variable struct {
	Name, Type string
	Help       string

	celType *cel.Type
	value   func(*callbacks.Reading) any
}

// Variables lists what conditions know of a request.
var Variables = []Variable{
	{"payload", "any", "What the sender sent for reviewers, or the execution's input. {} if there is none.", cel.DynType,
		payloadOf},
	text("title", "Title.", func(c *callbacks.Callback) string { return c.Title }),
	text("requester.name", "Name of the person who asks, as the sender gave it; empty if not said.", func(c *callbacks.Callback) string { return c.Requester.Name }),
	text("requester.email", "Address of the person who asks, in lower case.", func(c *callbacks.Callback) string { return strings.ToLower(c.Requester.Email) }),
	text("requester.id", "Subject of the person who asks, at the sign-in's provider.", func(c *callbacks.Callback) string { return c.Requester.ID }),
	text("queue", "Queue of the request.", func(c *callbacks.Callback) string { return c.Queue }),
	text("source", "Sender; discovery if nobody has announced the callback.", func(c *callbacks.Callback) string { return c.Source }),
	text("functionName", "Name of the function that waits.", func(c *callbacks.Callback) string { return c.Function }),
	text("name", "What the function calls the callback.", func(c *callbacks.Callback) string { return c.Name }),
	text("account", "AWS account of the execution; empty if its ARN is not known.", func(c *callbacks.Callback) string { return arn.OfFunction(c.ExecutionARN).Account }),
	text("region", "AWS region of the execution.", func(c *callbacks.Callback) string { return c.Region }),
	{"tags", "list of texts", "Tags.", cel.ListType(cel.StringType),
		func(r *callbacks.Reading) any { return slices.Clone(r.Content.Tags) }},
}

func text(name, help string, value func(c *callbacks.Callback) string) Variable {
	return Variable{name, "text", help, cel.StringType,
		func(r *callbacks.Reading) any { return value(r.Callback) }}
}

// language has the variables and functions of conditions.
var language = sync.OnceValue(func() *cel.Env {
	options := []cel.EnvOption{
		// double reads "1e999", and rounds "15000.0000000000000001", without a word: see number
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{
			ExcludeFunctions: []*env.Function{{Name: "double"}}, ExcludeMacros: []string{"map"},
		})),
		cel.CustomTypeAdapter(adapter{types.DefaultTypeAdapter}),
		cel.Function("number", cel.Overload("number_dyn", []*cel.Type{cel.DynType}, cel.DoubleType, cel.UnaryBinding(number))),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true), cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxLength), cel.ParserRecursionLimit(maxDepth), cel.RegexProgramSizeLimit(maxRegexSize),
	}
	for _, v := range Variables {
		options = append(options, cel.Variable(v.Name, v.celType))
	}
	e, err := cel.NewCustomEnv(options...)
	if err != nil {
		panic(fmt.Sprintf("condition: %v", err)) // the options are constants
	}
	return e
})

// condition is a compiled condition. It may be evaluated by many goroutines at once.
type condition struct {
	program cel.Program
	tree    *ast.AST
}

// compiling is held while CEL compiles. Its checker writes into the environment when it first meets an
// unknown name, and reads there unguarded elsewhere (cel-go v0.33.2, checker.Env.Catalog).
var compiling sync.Mutex

// Compile compiles the text of a condition. The error is a *[callbacks.ConditionFault].
func Compile(text string) (callbacks.Condition, error) {
	compiling.Lock()
	defer compiling.Unlock()
	checked, issues := language().Compile(text)
	if issues.Err() != nil {
		return nil, faultOf(issues)
	}
	if fault := inexactLiteral(text, checked); fault != nil {
		return nil, fault
	}
	if t := checked.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, &callbacks.ConditionFault{Line: 1, Column: 1,
			Text: "this is no condition: it must be true or false, and is " + plainType(cel.FormatCELType(t))}
	}
	program, err := language().Program(checked, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &callbacks.ConditionFault{Line: 1, Column: 1, Text: "this cannot be evaluated: " + err.Error()}
	}
	return condition{program, checked.NativeRep()}, nil
}

// Holds implements [callbacks.Condition].
func (k condition) Holds(r *callbacks.Reading) (bool, error) {
	known := make(map[string]any, len(Variables))
	for _, v := range Variables {
		known[v.Name] = func() any { return v.value(r) } // only what the condition reads
	}
	value, _, err := k.program.Eval(known)
	if err != nil {
		return false, plainError(err)
	}
	holds, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("it must be true or false, and is %s", plainType(value.Type().TypeName()))
	}
	return bool(holds), nil
}

// adapter gives CEL the values of a payload.
type adapter struct{ types.Adapter }

// NativeToValue implements [types.Adapter].
func (a adapter) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case digits:
		return exact(string(v))
	case hidden:
		return errHidden
	case map[string]any:
		return types.NewStringInterfaceMap(a, v)
	case []any:
		return types.NewDynamicList(a, v)
	}
	return a.Adapter.NativeToValue(value)
}
