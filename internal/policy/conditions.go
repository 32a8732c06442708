package policy

import (
	"slices"

	"countersign/internal/callbacks"
)

// comparison is a condition that can be compared with others. Implies reports whether a request that
// fulfils it also fulfils the other one, and whether both can be evaluated for the same requests. Both
// are false if nobody can tell. What implies another never has an answer above its, from "no" over
// "cannot be evaluated" to "yes".
type comparison interface {
	Implies(other callbacks.Condition) (implies, alike bool)
}

func implies(rule, other callbacks.Rule) (implies, alike bool) {
	if rule.Condition == nil || other.Condition == nil {
		return other.Condition == nil, false
	}
	known, ok := rule.Condition.(comparison)
	if !ok {
		return false, false
	}
	return known.Implies(other.Condition)
}

// condition says what another condition of a rule means. If the rule takes more, it takes requests
// from the rules after it, and may take some that no condition decided on.
func condition(was callbacks.Rule, q callbacks.Queue, at int) Direction {
	is := q.Rules[at]
	wider, alike := implies(was, is)
	narrower, _ := implies(is, was)
	if wider == narrower {
		return Altered
	}
	undecided := q.FallbackFor(is)
	var moves []move
	for _, later := range append(slices.Clone(q.Rules[at+1:]), q.Fallback()) {
		moves = append(moves, move{later, is})
		if !alike {
			moves = append(moves, move{later, undecided}, move{undecided, is})
		}
	}
	if narrower {
		for i := range moves {
			moves[i] = move{moves[i].to, moves[i].from}
		}
	}
	return direction(moves)
}

// otherwise says what another fallback means for the requests that no condition decides on.
func otherwise(was, is callbacks.Queue) Direction {
	was.Rules, is.Rules = rules(was), rules(is)
	return direction([]move{{was.Fallback(), is.Fallback()}})
}

// overtaken are those of some rules that stand among others.
func overtaken(some, others []callbacks.Rule) []callbacks.Rule {
	return slices.DeleteFunc(slices.Clone(others), func(rule callbacks.Rule) bool {
		return !slices.ContainsFunc(some, func(one callbacks.Rule) bool { return one.Name == rule.Name })
	})
}

// order says what it means that a rule comes after others that it came before.
func order(rule callbacks.Rule, q callbacks.Queue, before []callbacks.Rule) Direction {
	var moves []move
	for _, first := range before {
		for _, from := range outcomes(rule, q) {
			for _, to := range outcomes(first, q) {
				moves = append(moves, move{from, to})
			}
		}
	}
	return direction(moves)
}

// outcomes are the rules that a request can get when it comes to a rule and does not go on.
func outcomes(rule callbacks.Rule, q callbacks.Queue) []callbacks.Rule {
	if rule.Condition == nil {
		return []callbacks.Rule{rule}
	}
	return []callbacks.Rule{rule, q.FallbackFor(rule)}
}

// move is that of a request from one rule to another.
type move struct{ from, to callbacks.Rule }

// direction is that of several moves.
func direction(moves []move) Direction {
	var all []Direction
	for _, m := range moves {
		switch tighter, looser := m.to.Covers(m.from.Terms), m.from.Covers(m.to.Terms); {
		case tighter && looser: // they ask the same
		case tighter:
			all = append(all, Tightened)
		case looser:
			all = append(all, Loosened)
		default:
			return Altered
		}
	}
	return together(all)
}
