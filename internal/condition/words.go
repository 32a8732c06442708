package condition

import (
	"errors"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"

	"countersign/internal/callbacks"
)

// typeWords are the types of CEL in the words of messages.
var typeWords = strings.NewReplacer(
	"google.protobuf.Timestamp", "a time", "google.protobuf.Duration", "a duration", "null_type", "null",
	"string", "a text", "double", "a number", "uint", "a number", "int", "a number", "bool", "true or false",
	"dyn", "any value", "list", "a list", "map", "an object", "bytes", "bytes", "optional_type", "an optional value",
)

// plainType names a type of CEL.
func plainType(name string) string {
	base, _, _ := strings.Cut(name, "(")
	return typeWords.Replace(base)
}

var (
	undeclared      = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload      = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	operatorPattern = regexp.MustCompile(`^_?(\W+)_?$|^(!)_$|^(-)_$`)
	argument        = regexp.MustCompile(`[A-Za-z_.]+(\([^()]*\))?`)
)

// faultOf is the first thing that is wrong with the text of a condition.
func faultOf(issues *cel.Issues) *callbacks.ConditionFault {
	found := issues.Errors()
	if len(found) == 0 {
		return &callbacks.ConditionFault{Line: 1, Column: 1, Text: "this is no condition: " + issues.Err().Error()}
	}
	first := found[0]
	if first.Message == "reserved identifier: function" {
		first.Message = "undeclared reference to 'function'"
	}
	return &callbacks.ConditionFault{
		Line: max(first.Location.Line(), 1), Column: max(first.Location.Column(), 0) + 1, Text: plainFault(first.Message),
	}
}

// plainFault rewords a message of CEL's checker.
func plainFault(message string) string {
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return "there is no " + m[1] + ": " + advice(m[1])
	}
	if m := noOverload.FindStringSubmatch(message); m != nil {
		return operator(m[1]) + " cannot take " + arguments(m[2])
	}
	if rest, ok := strings.CutPrefix(message, "Syntax error: "); ok {
		first, _, _ := strings.Cut(rest, " expecting")
		return "this is not CEL: " + strings.ReplaceAll(first, "<EOF>", "the end")
	}
	return "this is no condition: " + message
}

// advice says what to write instead of a name that does not exist.
func advice(name string) string {
	switch {
	case name == "double":
		return "write number(…), which loses no digits"
	case name == "function":
		return "write functionName"
	case name == "now":
		return "a condition knows no time, because a request gets its rule once, when it arrives"
	case name == "requester", strings.HasPrefix(name, "requester."):
		return "write requester.email, requester.name or requester.id"
	}
	names := make([]string, len(Variables))
	for i, v := range Variables {
		names[i] = v.Name
	}
	return "write one of " + strings.Join(names, ", ")
}

func operator(name string) string {
	if m := operatorPattern.FindStringSubmatch(name); m != nil {
		return strings.Trim(name, "_")
	}
	return strings.Trim(name, "_@")
}

// arguments says "a text and a number" for "(string, double)".
func arguments(list string) string {
	list = strings.Trim(list, "()")
	var said []string
	for _, one := range argument.FindAllString(list, -1) {
		said = append(said, plainType(one))
	}
	return strings.Join(said, " and ")
}

// The errors of CEL that people meet.
var (
	noSuchKey = regexp.MustCompile(`^no such key: (.*)$`)
	otherType = regexp.MustCompile(`^(no such overload|unsupported index type|invalid qualifier type)`)
)

// plainError rewords an error of an evaluation.
func plainError(err error) error {
	message := err.Error()
	switch {
	case strings.Contains(message, "cost limit exceeded"):
		return errors.New("it costs too much for this request")
	case noSuchKey.MatchString(message):
		return errors.New("there is no " + clip(noSuchKey.FindStringSubmatch(message)[1]) + " in the request")
	case otherType.MatchString(message):
		return errors.New("a value is of another type than the condition expects")
	}
	return err
}
