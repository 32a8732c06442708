package condition_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
)

// TestHolds_Masked: on what people see, a condition that reads a masked value is neither true nor
// false.
func TestHolds_Masked(t *testing.T) {
	t.Parallel()
	queues := callbacks.Queues{"finance": {Masked: []string{"/iban", "/parts/*/pin", "/whole"}}}
	shown := queues.Shown("finance", callbacks.Content{
		Payload: []byte(`{"iban":"DE98","total":7,"parts":[{"pin":1,"name":"a"}],"whole":{"x":{}}}`),
	})
	const masked = "a value that it reads is masked"
	for text, want := range map[string]string{
		`payload.iban == "DE98"`:                  masked,
		`payload.iban == "••••••"`:                masked,
		`payload.iban.size() > 2`:                 masked,
		`type(payload.iban) == string`:            masked,
		`payload.whole.x == {}`:                   masked,
		`payload.parts.exists(p, p.pin > 0)`:      masked,
		`payload.parts.exists(p, p.name == "a")`:  "true",
		`has(payload.iban)`:                       "true",
		`payload.total > 5.0`:                     "true",
		`payload.total > 5.0 || payload.iban > 1`: "true",
	} {
		compiled, err := condition.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		holds, err := compiled.Holds(&callbacks.Reading{Callback: &request, Content: &shown})
		got := fmt.Sprint(holds)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// TestBind_MaskedValueInNoFault: the reason why a condition cannot be evaluated tells nothing of a
// masked value, neither what it is nor of which type.
func TestBind_MaskedValueInNoFault(t *testing.T) {
	t.Parallel()
	const generic = "a masked value of this request keeps it from being evaluated"
	for _, tt := range []struct{ name, when, canary, says string }{
		{"Number", `number(payload.secret) > 5.0`, `"canary"`, "a value that it reads is masked"},
		{"ManyDigits", `payload.secret > 5.0`, `12345678901234567890.5`, "a value that it reads is masked"},
		{"Type", `payload.secret > 5.0`, `"canary"`, "a value that it reads is masked"},
		{"Key", `payload.rates[payload.secret] > 5.0`, `"canary"`, "a value is of another type than the condition expects"},
		{"NameTwice", `payload.total > 5.0`, `{"canary":1,"canary":2}`, generic},
		{"AnotherField", `payload.amount > 5.0`, `"canary"`, "there is no amount in the request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compiled, err := condition.Compile(tt.when)
			if err != nil {
				t.Fatal(err)
			}
			rule := callbacks.Rule{Name: "large", When: tt.when, Condition: compiled, Terms: callbacks.OneSignature.Terms}
			queue := callbacks.Queue{Name: "finance", Rules: []callbacks.Rule{rule}}
			content := callbacks.Content{
				Payload: []byte(`{"total":9,"rates":{},"secret":` + tt.canary + `}`), Masked: []string{"/secret"},
			}
			bound := queue.Bind(&request, &content)
			if bound.Basis != callbacks.BasisFault || bound.Fault != "large: "+tt.says {
				t.Errorf("bound by %s, %q; want a fault that says %q", bound.Basis, bound.Fault, tt.says)
			}
			content.Masked = nil
			if unmasked := queue.Bind(&request, &content); strings.Contains(unmasked.Fault, generic) {
				t.Errorf("without masks the fault is %q", unmasked.Fault)
			}
		})
	}
}
