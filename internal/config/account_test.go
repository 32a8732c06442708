package config

import (
	"strings"
	"testing"
)

func TestAccountProblems(t *testing.T) {
	t.Parallel()
	const role = `"roleArn":"arn:aws:iam::111122223333:role/countersign"`
	for _, tc := range []struct{ name, value, want string }{
		{"no object", `["111122223333"]`, "must be a JSON object"},
		{"name of an account", `{"payments":{` + role + `}}`, `has the name "payments": use the 12 digits`},
		{"no role", `{"111122223333":{}}`, `account 111122223333 needs "roleArn"`},
		{"user in place of a role", `{"111122223333":{"roleArn":"arn:aws:iam::111122223333:user/countersign"}}`, `needs "roleArn"`},
		{"role of another account", `{"111122223333":{"roleArn":"arn:aws:iam::444455556666:role/countersign"}}`, "has a role of account 444455556666"},
		{"bad external ID", `{"111122223333":{` + role + `,"externalId":"with space"}}`, `2 to 1224 letters`},
		{"misspelt field", `{"111122223333":{` + role + `,"externalID2":"a1"}}`, `unknown field "externalID2"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(variables("ACCOUNTS", tc.value), nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant only: %s", err, tc.want)
			}
		})
	}
}
