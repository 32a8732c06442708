package policy_test

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/policy"
)

// strange is a condition of which nobody can say what it means.
type strange struct{ callbacks.Condition }

// unlike is one that can be evaluated for other requests than those that it is compared with.
type unlike struct{ amount }

func (u unlike) Implies(other callbacks.Condition) (implies, alike bool) {
	b, ok := other.(unlike)
	return ok && u.amount >= b.amount, false
}

// TestCompare_Which: what it means that other requests get a rule.
func TestCompare_Which(t *testing.T) {
	t.Parallel()
	large, everyday := finance(nil).Queues["finance"].Rules[0].Terms, finance(nil).Queues["finance"].Rules[1].Terms
	leads := callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"leads"}, For: 1}}}
	three := callbacks.Terms{Signatures: []callbacks.Threshold{{For: 9}}, Exclude: large.Exclude}
	rule := func(name string, when callbacks.Condition, terms callbacks.Terms) callbacks.Rule {
		r := callbacks.Rule{Name: name, Condition: when, Terms: terms}
		if when != nil {
			r.When = name + " when"
		}
		return r
	}
	queue := func(otherwise string, all ...callbacks.Rule) policy.Policy {
		return finance(func(q *callbacks.Queue) { q.Otherwise, q.Rules = otherwise, all })
	}
	everydayRule := rule("everyday", nil, everyday)
	for name, tc := range map[string]struct {
		was, is     policy.Policy
		what        string
		forth, back policy.Direction
	}{
		"StrictTakesMore": {queue("a", rule("a", amount(9), large), everydayRule), queue("a", rule("a", nil, large), everydayRule), "when", policy.Tightened, policy.Loosened},
		"WeakTakesMore": {queue("b", rule("a", amount(9), everyday), rule("b", nil, large)), queue("b", rule("a", nil, everyday), rule("b", nil, large)),
			"when", policy.Loosened, policy.Tightened},
		"SameTerms":  {queue("a", rule("a", amount(9), everyday), everydayRule), queue("a", rule("a", nil, everyday), everydayRule), "when", policy.Altered, policy.Altered},
		"OtherTerms": {queue("a", rule("a", amount(9), leads), rule("b", nil, large)), queue("a", rule("a", nil, leads), rule("b", nil, large)), "when", policy.Altered, policy.Altered},
		"NobodyCanTell": {queue("a", rule("a", strange{}, large), everydayRule), queue("a", callbacks.Rule{Name: "a", When: "other", Condition: strange{}, Terms: large}, everydayRule),
			"when", policy.Altered, policy.Altered},
		"OneStricterLater": {queue("a", rule("a", amount(9), large), rule("b", amount(5), three), everydayRule), queue("a", rule("a", nil, large), rule("b", amount(5), three), everydayRule),
			"when", policy.Altered, policy.Altered},
		"EarlierDoesNotMatter": {queue("a", rule("b", amount(5), three), rule("a", amount(9), large), everydayRule), queue("a", rule("b", amount(5), three), rule("a", nil, large), everydayRule),
			"when", policy.Tightened, policy.Loosened},
		"Alike": {queue("c", rule("a", amount(9), everyday), rule("b", nil, everyday), rule("c", nil, large)),
			queue("c", callbacks.Rule{Name: "a", When: "less", Condition: amount(5), Terms: everyday}, rule("b", nil, everyday), rule("c", nil, large)),
			"when", policy.Loosened, policy.Tightened},
		"Unlike": {queue("c", rule("a", unlike{9}, everyday), rule("b", nil, everyday), rule("c", nil, large)),
			queue("c", callbacks.Rule{Name: "a", When: "less", Condition: unlike{5}, Terms: everyday}, rule("b", nil, everyday), rule("c", nil, large)),
			"when", policy.Altered, policy.Altered}, // one that cannot be evaluated any more gets c instead of b
		"Otherwise":      {queue("a", rule("a", amount(9), large), everydayRule), queue("everyday", rule("a", amount(9), large), everydayRule), "otherwise", policy.Loosened, policy.Tightened},
		"OtherwiseSame":  {queue("a", rule("a", amount(9), everyday), everydayRule), queue("everyday", rule("a", amount(9), everyday), everydayRule), "otherwise", policy.Altered, policy.Altered},
		"OtherwiseOther": {queue("a", rule("a", amount(9), leads), rule("b", nil, large)), queue("b", rule("a", amount(9), leads), rule("b", nil, large)), "otherwise", policy.Altered, policy.Altered},
		"Order": {queue("a", rule("a", amount(9), large), rule("b", amount(5), everyday)), queue("a", rule("b", amount(5), everyday), rule("a", amount(9), large)),
			"order", policy.Loosened, policy.Tightened},
		"OrderOfSame": {queue("a", rule("a", amount(9), everyday), everydayRule), queue("a", everydayRule, rule("a", amount(9), everyday)), "order", policy.Altered, policy.Altered},
		"OrderOfThree": {queue("a", rule("a", amount(9), large), rule("b", amount(5), three), everydayRule), queue("a", rule("b", amount(5), three), everydayRule, rule("a", amount(9), large)),
			"order", policy.Altered, policy.Altered},
	} {
		forth, back := directions(tc.was, tc.is), directions(tc.is, tc.was)
		if forth[tc.what] != tc.forth || back[tc.what] != tc.back {
			t.Errorf("%s: forth %v, back %v", name, forth, back)
		}
	}
}

// directions are those of the changes of a queue, by key.
func directions(was, is policy.Policy) map[string]policy.Direction {
	all := map[string]policy.Direction{}
	for _, change := range slices.Backward(policy.Compare(was, is, nil).Changes) {
		all[change.What] = change.Direction
	}
	return all
}
