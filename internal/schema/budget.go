package schema

import (
	"context"
	"regexp"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Bounds of one check: how many steps it may take, of some 100 ns to a microsecond each, and how many
// of them a schema takes about one value. A check ends within a second or two on a busy machine.
const (
	maxWork      = 1_000_000
	schemaSteps  = 10
	patternSteps = 4  // instructions of a pattern in a step, for each byte
	textSteps    = 32 // bytes of a text in a step
)

// budget is what is left of the work of one check. A schema of a few hundred bytes can ask for more
// work than a machine does in a year, so it is taken from the inside.
type budget struct {
	left int
	ctx  context.Context // of whoever waits for the check
}

// exhausted is what a check panics with when its budget is spent, or nobody waits for it any more: the
// validator has no other way out. [checker.Check] recovers it.
type exhausted struct{}

// asking is how many steps pass between two looks at whether somebody still waits.
const asking = 1 << 12

func (b *budget) spend(steps int) {
	before := b.left
	b.left -= steps
	if b.left < 0 || before/asking != b.left/asking && b.ctx.Err() != nil {
		panic(exhausted{})
	}
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
	p.work.spend(1 + len(s)*p.instructions/patternSteps)
	return p.Regexp.MatchString(s)
}
