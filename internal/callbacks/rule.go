package callbacks

import (
	"fmt"
	"slices"
)

// Condition is what a rule asks of a request before it applies. An adapter compiles it from the
// rule's text. An error means that the condition cannot be evaluated for this request, because a
// field is missing or has another type, or because it costs too much.
type Condition interface {
	Holds(c *Callback, content *Content) (bool, error)
}

// Rule is what a queue's policy asks of the requests that fulfil a condition.
type Rule struct {
	Name      string
	When      string    // the text of the condition
	Condition Condition // nil if the rule applies to every request
	Terms
}

// Policy is the list of a queue's rules. The first rule whose condition holds binds a request.
type Policy struct {
	Rules []Rule
	// Otherwise names the rule of requests that no condition holds for, or whose condition cannot be
	// evaluated. If it names no rule, they get the first one.
	Otherwise string
	Version   ConfigVersion
}

// Bind chooses the rule of a request and returns what it requires from now on. A condition that
// cannot be evaluated ends the search: nobody knows whether a stricter rule would have applied, so
// no later rule is tried. A policy without rules asks for [OneSignature].
func (p Policy) Bind(c *Callback, content *Content) Requirement {
	if len(p.Rules) == 0 {
		r := OneSignature
		r.Version = p.Version
		return r
	}
	for _, rule := range p.Rules {
		holds, err := rule.holds(c, content)
		if err != nil {
			r := p.requirement(p.otherwise(), BasisFault)
			r.Fault = clip(fmt.Sprintf("%s: %v", rule.Name, err), maxDetail)
			return r
		}
		if holds {
			return p.requirement(rule, BasisCondition)
		}
	}
	return p.requirement(p.otherwise(), BasisOtherwise)
}

func (r Rule) holds(c *Callback, content *Content) (bool, error) {
	if r.Condition == nil {
		return true, nil
	}
	return r.Condition.Holds(c, content)
}

// otherwise is the rule of requests that no condition decides on.
func (p Policy) otherwise() Rule {
	if i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.Name == p.Otherwise }); i >= 0 {
		return p.Rules[i]
	}
	return p.Rules[0]
}

func (p Policy) requirement(rule Rule, basis Basis) Requirement {
	return Requirement{Rule: rule.Name, Version: p.Version, Basis: basis, Terms: rule.Terms}
}
