package config

import (
	"strings"
	"testing"
)

func TestWatchProblems(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, value, rate, want string }{
		{"no object", `["pay"]`, "", "must be a JSON object"},
		{"qualified name", `{"pay:live":{}}`, "", `has the name "pay:live"`},
		{"qualified ARN", `{"arn:aws:lambda:eu-west-1:123456789012:function:pay:7":{}}`, "", "its ARN without version"},
		{"misspelt field", `{"pay":{"que":"finance"}}`, "", `unknown field "que"`},
		{"unknown queue", `{"pay":{"queue":"finance"}}`, "", `function "pay" goes to queue "finance", which COUNTERSIGN_QUEUES does not have`},
		{"no region", `{"pay":{"region":"Frankfurt"}}`, "", `function "pay" has "Frankfurt" for a region`},
		{"two regions", `{"arn:aws:lambda:eu-west-1:123456789012:function:pay":{"region":"us-east-1"}}`, "", "has the region us-east-1 beside the one in its ARN"},
		{"unknown account", `{"pay":{"account":"111122223333"}}`, "", `function "pay" is in account 111122223333, which COUNTERSIGN_ACCOUNTS does not have`},
		{"two accounts", `{"arn:aws:lambda:eu-west-1:123456789012:function:pay":{"account":"111122223333"}}`, "", "has the account 111122223333 beside the one in its ARN"},
		{"the same functions", `{"*":{"region":"eu-west-1"},"arn:aws:lambda:eu-west-1:123456789012:function:*":{}}`, "", `"*" and "arn:aws:lambda:eu-west-1:123456789012:function:*" stand for the same functions`},
		{"misspelt exception", `{"pay":{"except":{"name":["a"]}}}`, "", `unknown field "name"`},
		{"empty pattern", `{"pay":{"except":{"names":["a*",""]}}}`, "", `function "pay" has an empty pattern in except.names`},
		{"everything left out", `{"pay":{"except":{"names":["**"]}}}`, "", `leaves out everything by "**" in except.names: remove the function instead`},
		{"every subtype left out", `{"*":{"except":{"subtypes":["*"]}}}`, "", `leaves out everything by "*" in except.subtypes`},
		{"no subtype", `{"pay":{"except":{"subtypes":["Micro Vm"]}}}`, "", `has "Micro Vm" in except.subtypes, which matches no subtype`},
		{"long subtype", `{"pay":{"except":{"subtypes":["` + strings.Repeat("s", 33) + `"]}}}`, "", "which matches no subtype"},
		{"long pattern", `{"pay":{"except":{"names":["` + strings.Repeat("é", 257) + `"]}}}`, "", "has a pattern in except.names of more than 256 characters"},
		{"many patterns", `{"pay":{"except":{"names":["a"` + strings.Repeat(`,"a"`, 50) + `]}}}`, "", "has 51 patterns in except.names: at most 50 are allowed"},
		{"rate of zero", `{"pay":{}}`, "0", "WATCH_RATE must be above zero"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pairs := []string{"WATCH", tc.value}
			if tc.rate != "" {
				pairs = append(pairs, "WATCH_RATE", tc.rate)
			}
			_, err := load(variables(pairs...), nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant only: %s", err, tc.want)
			}
		})
	}
}
