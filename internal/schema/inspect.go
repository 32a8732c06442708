package schema

import (
	"errors"
	"maps"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/form"
)

// Where schemas lie in a schema, by keyword.
var (
	// one schema
	single = []string{
		"items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contains",
		"propertyNames", "not", "if", "then", "else", "contentSchema",
	}
	several = []string{"allOf", "anyOf", "oneOf", "prefixItems", "items"}                                             // in an array
	named   = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"} // in an object
	inPlace = []string{"not", "if", "then", "else", "allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"}    // about the same value
	refused = []string{"$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary"}           // need what we do not have
	drafts  = []string{"", "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema"}  // without an empty fragment
)

// inspector reads a schema before it is compiled, and finds what makes it unusable.
type inspector struct {
	root   form.Value
	faults form.SchemaFaults
	seen   map[form.Pointer]bool
	same   map[form.Pointer][]form.Pointer // schemas about the same value as a schema
}

func inspect(root form.Value) *inspector {
	i := &inspector{root: root, seen: map[form.Pointer]bool{}, same: map[form.Pointer][]form.Pointer{}}
	if i.plain(root, "", 0); len(i.faults) > 0 {
		return i
	}
	i.schema(root, "")
	if len(i.faults) == 0 {
		i.cycles()
	}
	return i
}

// maxFaults is how many faults are told; nobody mends more at once.
const maxFaults = 50

func (i *inspector) refuse(at form.Pointer, detail string, args ...any) {
	if len(i.faults) < maxFaults {
		i.faults = append(i.faults, fault(at, detail, args...)...)
	}
}

// plain checks what is bounded in every JSON document: depth, and the length of numbers.
func (i *inspector) plain(v form.Value, at form.Pointer, depth int) {
	switch {
	case depth > MaxDepth:
		i.refuse(at, "lies in more than %d arrays and objects", MaxDepth)
	case v.Kind() == form.Number && !measurable(v.JSON()):
		i.refuse(at, unmeasurable)
	default:
		children(v, at, func(child form.Value, at form.Pointer) { i.plain(child, at, depth+1) })
	}
}

func children(v form.Value, at form.Pointer, each func(form.Value, form.Pointer)) {
	for n := range v.Len() {
		if v.Kind() == form.Object {
			each(v.Item(n), at.Child(v.Name(n)))
		} else {
			each(v.Item(n), at.Item(n))
		}
	}
}

// schema inspects a schema and those in it.
func (i *inspector) schema(v form.Value, at form.Pointer) {
	if i.seen[at] || len(i.faults) >= maxFaults {
		return
	}
	i.seen[at] = true
	if len(i.seen) > MaxSubschemas {
		i.refuse(at, "a schema has at most %d schemas in it", MaxSubschemas)
		return
	}
	i.identity(v, at)
	i.reference(v, at)
	i.patterns(v, at)
	if v.Member("format").Unquoted() == "regex" {
		i.refuse(at.Child("format"), "is not supported here: an answer is not read as a pattern")
	}
	for n := range v.Len() {
		name := v.Name(n)
		child, below := v.Item(n), at.Child(name)
		visit := func(child form.Value, below form.Pointer) {
			if slices.Contains(inPlace, name) {
				i.same[at] = append(i.same[at], below)
			}
			i.schema(child, below)
		}
		switch {
		case slices.Contains(named, name) && child.Kind() == form.Object, slices.Contains(several, name) && child.Kind() == form.Array:
			children(child, below, visit)
		case slices.Contains(single, name) && child.Kind() == form.Object:
			visit(child, below)
		}
	}
}

// identity checks the keywords by which a schema says what it is.
func (i *inspector) identity(v form.Value, at form.Pointer) {
	for _, name := range refused {
		if v.Member(name).Exists() {
			i.refuse(at.Child(name), "is not supported here")
		}
	}
	if at != "" {
		for _, name := range []string{"$id", "$schema"} {
			if v.Member(name).Exists() {
				i.refuse(at.Child(name), "stands only at the top of a schema")
			}
		}
		return
	}
	draft := strings.TrimSuffix(v.Member("$schema").Unquoted(), "#")
	if !slices.Contains(drafts, draft) {
		i.refuse("/$schema", "is another draft: use 2020-12 or draft-07")
	}
}

// reference checks where $ref leads, and inspects what is there.
func (i *inspector) reference(v form.Value, at form.Pointer) {
	ref := v.Member("$ref")
	if !ref.Exists() {
		return
	}
	fragment, local := strings.CutPrefix(ref.Unquoted(), "#")
	if !local {
		i.refuse(at.Child("$ref"), "leads out of the schema: nothing is loaded, so put what it means under $defs")
		return
	}
	if fragment != "" && fragment[0] != '/' {
		return // an anchor: the validator looks for it
	}
	plain, err := url.PathUnescape(fragment)
	target := i.root.At(form.Pointer(plain))
	if err != nil || !target.Exists() {
		i.refuse(at.Child("$ref"), "leads to a place that is not there")
		return
	}
	i.same[at] = append(i.same[at], form.Pointer(plain))
	i.schema(target, form.Pointer(plain))
}

// patterns checks the regular expressions of a schema.
func (i *inspector) patterns(v form.Value, at form.Pointer) {
	if pattern := v.Member("pattern"); pattern.Kind() == form.String {
		i.pattern(pattern.Unquoted(), at.Child("pattern"))
	}
	keyed := v.Member("patternProperties")
	for n := range keyed.Len() {
		if keyed.Kind() == form.Object {
			i.pattern(keyed.Name(n), at.Child("patternProperties").Child(keyed.Name(n)))
		}
	}
}

func (i *inspector) pattern(pattern string, at form.Pointer) {
	if len(pattern) > MaxPattern {
		i.refuse(at, "a pattern has at most %d bytes", MaxPattern)
		return
	}
	if _, err := instructions(pattern); err != nil {
		i.refuse(at, "%s", err)
	}
}

// maxInstructions bounds what a pattern becomes: "(a{100}){100}" is short and becomes a million.
const maxInstructions = 1_000

var errRepeats = errors.New("the pattern repeats too much")

// instructions is how many steps a pattern may take for each character.
func instructions(pattern string) (int, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if fault, ok := errors.AsType[*syntax.Error](err); ok && fault.Code == syntax.ErrInvalidRepeatSize {
		return 0, errRepeats
	}
	if err != nil {
		return 0, errors.New("a pattern is a regular expression as RE2 has them, without looking ahead or back")
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxInstructions {
		return 0, errRepeats
	}
	return len(program.Inst), nil
}

// cycles refuses schemas that lead back to themselves about the same value: no check would end.
func (i *inspector) cycles() {
	const open, done = 1, 2
	state := map[form.Pointer]int{}
	var visit func(at form.Pointer)
	visit = func(at form.Pointer) {
		state[at] = open
		for _, next := range i.same[at] {
			switch state[next] {
			case open:
				i.refuse(next, "leads back to itself about the same value, without end")
			case done:
			default:
				visit(next)
			}
		}
		state[at] = done
	}
	for _, at := range slices.Sorted(maps.Keys(i.same)) {
		if state[at] == 0 {
			visit(at)
		}
	}
}

const unmeasurable = "a number has at most 400 characters and an exponent of at most 308"

var exponent = regexp.MustCompile(`[eE][+-]?0*(\d+)$`)

// measurable reports whether a number can be compared exactly in reasonable time.
func measurable(number string) bool {
	if len(number) > 400 {
		return false
	}
	match := exponent.FindStringSubmatch(number)
	if match == nil {
		return true
	}
	n, err := strconv.Atoi(match[1])
	return err == nil && n <= 308
}
