package schema

import (
	"regexp"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"countersign/internal/form"
)

// Bounds of one check: how many steps it may take, of some 100 ns to a microsecond each, and how many
// of them a schema takes about one value. A check ends within a second or two on a busy machine.
const (
	maxWork      = 1_000_000
	schemaSteps  = 10
	patternSteps = 4 // instructions of a pattern in a step, for each byte
)

// budget is what is left of the work of one check. A schema of a few hundred bytes can ask for more
// work than a machine does in a year, so it is taken from the inside.
type budget struct{ left int }

// exhausted is what a check panics with when its budget is spent: the validator has no other way
// out. [checker.Check] recovers it.
type exhausted struct{}

func (b *budget) spend(steps int) {
	if b.left -= steps; b.left < 0 {
		panic(exhausted{})
	}
}

// step takes the work of one schema about one value. The validator calls it for each that is more
// than a wrong type.
type step struct {
	work   *budget
	weight int
}

// Validate takes the work; it finds nothing wrong.
func (s step) Validate(_ *jsonschema.ValidatorContext, v any) {
	members := 0
	switch v := v.(type) {
	case map[string]any:
		members = len(v)
	case []any:
		members = len(v)
	}
	s.work.spend(schemaSteps * (s.weight + members))
}

// pattern compiles a regular expression whose matches take their work from the budget.
func (b *budget) pattern(text string) (jsonschema.Regexp, error) {
	n, err := instructions(text)
	if err != nil {
		return nil, err
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	return pattern{Regexp: compiled, work: b, instructions: n}, nil
}

// pattern is a regular expression with what it costs.
type pattern struct {
	*regexp.Regexp
	work         *budget
	instructions int
}

// MatchString reports whether a text matches.
func (p pattern) MatchString(s string) bool {
	p.work.spend(len(s) * p.instructions / patternSteps)
	return p.Regexp.MatchString(s)
}

// enumCost is what it costs to look for a value among those of an enum.
func enumCost(enum form.Value) int {
	tenths := 10
	for n := range enum.Len() {
		tenths++
		if enum.Item(n).Kind() == form.Number { // compared as fractions of whole numbers
			tenths += 200
		}
	}
	return tenths / 10
}
