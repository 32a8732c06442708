package desk

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// TestAlike: what tells two callbacks apart, and what does not.
func TestAlike(t *testing.T) {
	t.Parallel()
	group := func(c *callbacks.Callback) { c.Group = "deploys" }
	name := func(c *callbacks.Callback) { c.Name = "another" }
	rule := func(c *callbacks.Callback) { c.Requirement.Rule = "large" }
	form := func(c *callbacks.Callback) { c.Outcomes[0].Form = true }
	both := func(options ...callbackstest.Option) []callbackstest.Option { return append(options, group) }
	for what, tt := range map[string]struct {
		a, b []callbackstest.Option
		same bool
	}{
		"Nothing":             {nil, nil, true},
		"Title":               {nil, []callbackstest.Option{callbackstest.Title("Another")}, true},
		"Queue":               {nil, []callbackstest.Option{callbackstest.Queue("b")}, false},
		"Source":              {nil, []callbackstest.Option{callbackstest.Source("another")}, false},
		"Function":            {nil, []callbackstest.Option{callbackstest.Function("another")}, false},
		"Name":                {nil, []callbackstest.Option{name}, false},
		"Rule":                {nil, []callbackstest.Option{rule}, false},
		"Form":                {nil, []callbackstest.Option{form}, false},
		"Group":               {nil, both(), false},
		"FunctionInAGroup":    {both(), both(callbackstest.Function("another"), name, rule, form), true},
		"QueueOfAGroup":       {both(), both(callbackstest.Queue("b")), false},
		"SomebodyElsesGroup":  {both(), both(callbackstest.Source("another")), false},
		"GroupCalledLikeThat": {[]callbackstest.Option{func(c *callbacks.Callback) { c.Group = `" "orders` }}, nil, false},
	} {
		a, b := callbackstest.NewCallback(tt.a...), callbackstest.NewCallback(tt.b...)
		if same := Alike(&a) == Alike(&b); same != tt.same {
			t.Errorf("%s: asks the same: %t", what, same)
		}
	}
}
