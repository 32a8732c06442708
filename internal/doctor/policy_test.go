package doctor

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const pay = "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval"

func watched(arn string) function {
	p := placeOf(arn)
	return function{Function{p.function, p.region, true}, p}
}

// oneOrMany is how a policy writes a list: one text may stand by itself.
type oneOrMany []string

// UnmarshalJSON takes both.
func (o *oneOrMany) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		text = slices.Concat([]byte("["), text, []byte("]"))
	}
	return json.Unmarshal(text, (*[]string)(o))
}

type statements []struct{ Action, Resource oneOrMany }

// allows are the action and resource of each pair in the statements, in order.
func (s statements) allows() (all []string) {
	for _, one := range s {
		for _, action := range one.Action {
			for _, resource := range one.Resource {
				all = append(all, action+" on "+resource)
			}
		}
	}
	slices.Sort(all)
	return all
}

func parsed(t *testing.T, text string) []string {
	t.Helper()
	var p struct {
		Version   string
		Statement statements
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Version != "2012-10-17" {
		t.Fatalf("version %q, error %v in\n%s", p.Version, err, text)
	}
	return p.Statement.allows()
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	announced := watched(pay)
	announced.Watched = false
	every := watched(strings.Replace(pay, "expense-approval", Every, 1))
	for name, tt := range map[string]struct {
		functions []function
		has, not  string
		complete  bool
	}{
		"Watched":    {[]function{watched(pay)}, `"` + pay + `"`, "ListFunctions", true},
		"Announced":  {[]function{announced}, `"` + pay + `:*"`, "ListDurable", true},
		"Every":      {[]function{every, watched(pay)}, `function:*:*"`, "expense-approval", true},
		"EveryLists": {[]function{every}, `"lambda:ListFunctions"`, "expense-approval", true},
		"NoAccount":  {[]function{{Function{"pay", "eu-west-1", true}, place{region: "eu-west-1", function: "pay"}}}, "arn:aws:lambda:eu-west-1:ACCOUNT_ID:function:pay:*", "REGION", false},
		"China":      {[]function{{Function{"pay", "cn-north-1", true}, place{region: "cn-north-1", function: "pay"}}}, "arn:aws-cn:lambda:", "REGION", false},
		"Nothing":    {[]function{{}}, "arn:aws:lambda:REGION:ACCOUNT_ID:function:FUNCTION_NAME:*", "ListDurable", false},
	} {
		text := policy(tt.functions, nil)
		parsed(t, text)
		if !strings.Contains(text, tt.has) || strings.Contains(text, tt.not) || (len(Placeholders(text)) == 0) != tt.complete {
			t.Errorf("%s: want %s, not %s, complete %t:\n%s", name, tt.has, tt.not, tt.complete, text)
		}
	}
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	want := place{"aws", "eu-central-1", "123456789012", "expense-approval"}
	for _, arn := range []string{pay, pay + ":7", pay + ":$LATEST/durable-execution/order/4f2a"} {
		if got := placeOf(arn); got != want {
			t.Errorf("%s is in %+v", arn, got)
		}
	}
	for _, text := range []string{"", "expense-approval", "0b4c/order-7", "arn:aws:s3:::a:b:c", "arn:aws:lambda:eu-central-1:123456789012"} {
		if got := placeOf(text); got != (place{}) {
			t.Errorf("%q is in %+v", text, got)
		}
	}
}

func TestDenialOf(t *testing.T) {
	t.Parallel()
	const user = "AccessDeniedException: User: arn:aws:iam::1:user/x is not authorized to perform: lambda:GetDurableExecution"
	for text, want := range map[string]denial{
		"AccessDenied: Access denied":   {},
		user:                            {who: "arn:aws:iam::1:user/x"},
		user + " on resource: " + pay:   {who: "arn:aws:iam::1:user/x", resource: pay},
		user + " because it may not be": {who: "arn:aws:iam::1:user/x", because: "it may not be"},
		user + " on resource: " + pay + " because no identity-based policy allows the lambda:GetDurableExecution action": {
			"arn:aws:iam::1:user/x", pay, "no identity-based policy allows the lambda:GetDurableExecution action"},
	} {
		if got := denialOf(text); got != want {
			t.Errorf("%s: got %+v", text, got)
		}
	}
	if d := denialOf(user + " on resource: x with an explicit deny in a service control policy"); !d.explicit() {
		t.Error("an explicit deny is not seen")
	}
}
