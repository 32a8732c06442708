package callbacks

import (
	"fmt"
	"slices"

	"countersign/internal/printable"
)

// Condition is what a rule asks of a request before it applies. An adapter compiles it from the
// rule's text. An error means that the condition cannot be evaluated for this request, because a
// field is missing or has another type, or because it costs too much.
type Condition interface {
	Holds(*Reading) (bool, error)
}

// Reading is one request as the conditions of a queue read it, one after the other.
type Reading struct {
	Callback *Callback
	Content  *Content
	// Payload is what the adapter made of the payload when a condition first needed it, so that all
	// rules together read it once; nil before.
	Payload any
}

// Conditions compiles the text of a condition. The error is a *[ConditionFault] if the text is
// none.
type Conditions func(text string) (Condition, error)

// ConditionFault says what is wrong with the text of a condition, and where. Line and column count
// from 1; columns count characters.
type ConditionFault struct {
	Line, Column int
	Text         string // what is wrong, and what to write instead
}

func (f *ConditionFault) Error() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text) }

// Rule is what a queue asks of the requests that fulfil a condition.
type Rule struct {
	Name      string
	When      string    // the text of the condition
	Condition Condition // nil if the rule applies to every request
	Terms
}

// Step is what was found of a rule when a queue chose one for a request.
type Step struct {
	Rule   Rule
	Result StepResult
	Fault  string // why the condition cannot be evaluated, with StepFault
}

// StepResult says whether a rule takes a request.
type StepResult string

// The results.
const (
	StepHolds    StepResult = "holds"
	StepNot      StepResult = "not"
	StepFault    StepResult = "fault"
	StepUntested StepResult = "untested" // an earlier rule took the request
)

// Steps returns what was found of each rule, in order. The first that is not StepNot decides.
func (q Queue) Steps(c *Callback, content *Content) []Step {
	steps := make([]Step, len(q.Rules))
	open, reading := true, &Reading{Callback: c, Content: content}
	for i, rule := range q.Rules {
		steps[i] = Step{Rule: rule, Result: StepUntested}
		if !open {
			continue
		}
		holds, err := rule.holds(reading)
		switch {
		case err != nil:
			steps[i].Result, steps[i].Fault = StepFault, q.told(rule, c, content, err)
		case holds:
			steps[i].Result = StepHolds
		default:
			steps[i].Result = StepNot
		}
		open = steps[i].Result == StepNot
	}
	return steps
}

// choose returns the requirement of the rule that a request gets.
func (q Queue) choose(c *Callback, content *Content) Requirement {
	if len(q.Rules) == 0 {
		return OneSignature
	}
	for _, step := range q.Steps(c, content) {
		switch step.Result {
		case StepHolds:
			return q.requirement(step.Rule, BasisCondition)
		case StepFault:
			r := q.requirement(q.FallbackFor(step.Rule), BasisFault)
			r.Fault = printable.Clip(step.Rule.Name+": "+step.Fault, maxFact)
			return r
		case StepNot, StepUntested:
		}
	}
	return q.requirement(q.Fallback(), BasisOtherwise)
}

// FallbackFor is the rule of a request for which the condition of a rule cannot be evaluated: the
// queue's fallback, unless that may ask for less than the rule itself. A sender who makes a
// condition fail must not get a weaker rule than one whose condition holds.
func (q Queue) FallbackFor(failed Rule) Rule {
	if fallback := q.Fallback(); fallback.Covers(failed.Terms) {
		return fallback
	}
	return failed
}

func (r Rule) holds(reading *Reading) (bool, error) {
	if r.Condition == nil {
		return true, nil
	}
	return r.Condition.Holds(reading)
}

// told says why a condition cannot be evaluated, to people who may not see masked values. If values
// are masked, it repeats what the condition says of the request without them: that can tell nothing
// of them.
func (q Queue) told(rule Rule, c *Callback, content *Content, err error) string {
	shown := q.shown(*content)
	if len(shown.Hidden) > 0 {
		_, err = rule.holds(&Reading{Callback: c, Content: &shown})
	}
	if err == nil {
		return "a masked value of this request keeps it from being evaluated"
	}
	return err.Error()
}

// Fallback is the rule of requests that no condition decides on. The queue must have rules.
func (q Queue) Fallback() Rule {
	if i := slices.IndexFunc(q.Rules, func(r Rule) bool { return r.Name == q.Otherwise }); i >= 0 {
		return q.Rules[i]
	}
	return q.Rules[0]
}

func (q Queue) requirement(rule Rule, basis Basis) Requirement {
	return Requirement{Rule: rule.Name, Version: q.Version, Basis: basis, Terms: rule.Terms}
}
