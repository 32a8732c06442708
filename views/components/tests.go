package components

import (
	"slices"

	"countersign/internal/callbacks"
)

// Tested is one test of the gate as the page shows it. State is its class: "pass", "fail", "unk"
// when nobody can tell, "ntest" when it was not run.
type Tested struct {
	State, Icon, Result string
	Text, Value, Reason string
	Code                callbacks.ReasonCode // of a test that did not pass
}

// TestsOf are the tests of an explanation. What did not pass comes first, because it names the way
// out; what was not tested comes last.
func TestsOf(why *callbacks.Explanation) []Tested {
	var all []Tested
	for _, t := range why.Tests {
		one := Tested{Text: t.Text, Value: t.Value}
		switch t.Result {
		case callbacks.GatePassed:
			one.State, one.Icon, one.Result = "pass", "check", "Passed"
		case callbacks.GateFailed:
			one.State, one.Icon, one.Result = "fail", "x", "Failed"
			one.Reason, one.Code = t.Reason, t.Code
		case callbacks.GateUnknown:
			one.State, one.Icon, one.Result = "unk", "warn", "Not known"
			one.Reason, one.Code = t.Reason, t.Code
		case callbacks.GateUntested:
			one.State, one.Icon, one.Result, one.Value = "ntest", "dash", "Not tested", "not tested"
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Tested) int { return testOrder[a.State] - testOrder[b.State] })
	return all
}

var testOrder = map[string]int{"fail": 0, "unk": 0, "pass": 1, "ntest": 2}
