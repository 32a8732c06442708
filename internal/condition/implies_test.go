package condition_test

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
)

// TestImplies has conditions of which the first holds for fewer requests than the second, and pairs
// of which nobody can tell.
func TestImplies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		one, other  string
		forth, back bool
	}{
		"Same":            {"payload.total >= 10", "(payload.total>=10)", true, true},
		"Greater":         {"payload.total >= 20", "payload.total >= 10", true, false},
		"StrictlyGreater": {"payload.total > 10", "payload.total >= 10", true, false},
		"Less":            {"payload.total < 10", "payload.total < 20.5", true, false},
		"LessOrTheSame":   {"payload.total <= 10", "payload.total < 10.5", true, false},
		"Negative":        {"payload.total < -10", "payload.total < -5", true, false},
		"And":             {"payload.total >= 10 && has(payload.trip)", "payload.total >= 10", true, false},
		"AndFirst":        {"has(payload.trip) && payload.total >= 20", "payload.total >= 10", true, false},
		"Or":              {`payload.total >= 10`, `queue == "a" || payload.total >= 10`, true, false},
		"OrOfLess":        {`payload.total >= 20 || queue == "a"`, `queue == "a" || payload.total >= 10`, true, false},
		"Both":            {`queue == "a" && payload.total >= 20`, `queue == "a" && payload.total >= 10`, true, false},
		"Macro":           {"tags.exists(t, t == 'x') && has(payload.a)", "tags.exists(t, t == 'x')", true, false},
		"OtherValue":      {"payload.total >= 20", "payload.sum >= 10", false, false},
		"OtherWay":        {"payload.total >= 20", "payload.total <= 10", false, false},
		"Text":            {`title >= "b"`, `title >= "a"`, false, false},
		"OtherText":       {`queue == "a"`, `queue == "b"`, false, false},
		"AndThenOr":       {`queue == "a" && payload.x || payload.y`, `queue == "a"`, false, false},
		"Not":             {"!(payload.total >= 20)", "!(payload.total >= 10)", false, false},
		"OtherMacro":      {"tags.exists(t, t == 'x')", "tags.all(t, t == 'x')", false, false},
	} {
		if got := implies(t, tc.one, tc.other); got != tc.forth {
			t.Errorf("%s: %v", name, got)
		}
		if got := implies(t, tc.other, tc.one); got != tc.back {
			t.Errorf("%s, back: %v", name, got)
		}
	}
}

func implies(t *testing.T, one, other string) bool {
	t.Helper()
	implies, alike := compile(t, one).(interface {
		Implies(callbacks.Condition) (implies, alike bool)
	}).Implies(compile(t, other))
	for _, payload := range payloads {
		if alike && (answer(t, one, payload) == fault) != (answer(t, other, payload) == fault) {
			t.Errorf("%s and %s are not alike: %s", one, other, payload)
		}
	}
	return implies
}

// TestImplies_Answers: of no payload does a narrower condition say more than a wider one: no, cannot be
// evaluated, yes.
func TestImplies_Answers(t *testing.T) {
	t.Parallel()
	texts := []string{
		"payload.a >= 10", "payload.a > 10", "payload.a >= 20", "payload.a < 20", "payload.b", "!payload.b",
		"payload.a >= 10 && payload.b", "payload.a >= 20 && payload.b", "payload.a >= 10 || payload.b", "payload.a >= 20 || payload.b",
		"payload.a < 20 && payload.a >= 10", "(payload.b || payload.a > 10) && payload.a < 20",
	}
	found := 0
	for _, one := range texts {
		for _, other := range texts {
			if !implies(t, one, other) {
				continue
			}
			found++
			for _, payload := range payloads {
				if answer(t, one, payload) > answer(t, other, payload) {
					t.Errorf("%s implies %s, but not of %s", one, other, payload)
				}
			}
		}
	}
	if found < 2*len(texts) {
		t.Errorf("only %d pairs were tried", found)
	}
}

// payloads are those of requests, for which conditions have every answer.
var payloads = []string{
	`{}`, `{"a":5}`, `{"a":10}`, `{"a":15}`, `{"a":25}`, `{"a":"x"}`, `{"b":true}`, `{"b":false}`, `{"a":5,"b":true}`,
	`{"a":15,"b":true}`, `{"a":15,"b":false}`, `{"a":25,"b":true}`, `{"a":25,"b":false}`, `{"a":5,"b":1}`, `{"a":25,"b":1}`,
}

// The answers of a condition, in their order.
const (
	no = iota
	fault
	yes
)

func answer(t *testing.T, text, payload string) int {
	t.Helper()
	holds, err := compile(t, text).Holds(&callbacks.Reading{
		Callback: &callbacks.Callback{}, Content: &callbacks.Content{Payload: []byte(payload)},
	})
	switch {
	case err != nil:
		return fault
	case holds:
		return yes
	}
	return no
}

func compile(t *testing.T, text string) callbacks.Condition {
	t.Helper()
	c, err := condition.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}
