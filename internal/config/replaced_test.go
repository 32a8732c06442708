package config

import (
	"io/fs"
	"strings"
	"testing"
)

// TestRewriteProblems: every variable that cannot be rewritten is named with what is wrong.
func TestRewriteProblems(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, variable, value, want string }{
		{"torn directory name", "ROLE_REVIEWER_GROUPS", "CN=Approvers,OU=Groups,DC=corp,DC=example",
			`whose commas make several names of it: write a JSON list, as ["CN=Approvers,OU=Groups,DC=corp,DC=example"]`},
		{"torn directory name among others", "ROLE_ADMIN_GROUPS", "CN=Approvers, OU=Groups, root", `write a JSON list, as ["CN=Approvers,OU=Groups","others"]`},
		{"groups without quotes", "ROLE_ADMIN_GROUPS", "[root]", "begins with [ and is no JSON list of texts"},
		{"groups of numbers", "ROLE_ADMIN_GROUPS", "[7]", "begins with [ and is no JSON list of texts"},
		{"more behind the groups", "ROLE_ADMIN_GROUPS", `["a"] b`, "begins with [ and is no JSON list of texts"},
		{"quotation mark left open", "ROLE_AUDITOR_GROUPS", `"CN=a,OU=b`, "has a quotation mark that does not fit"},
		{"quotation mark inside", "ROLE_AUDITOR_GROUPS", `a "b", c`, "has a quotation mark that does not fit"},
		{"queues are a list", "QUEUES", `[]`, "is not the JSON object that earlier versions read"},
		{"queues cut off", "QUEUES", `{"finance":{"groups":["a"]}`, "is not the JSON object that earlier versions read"},
		{"unknown queue field", "QUEUES", `{"finance":{"groups":["a"],"group":1}}`, "is not the JSON object that earlier versions read"},
		{"a secret for a source", "SOURCES", `{"a":"31415926535897932384"}`, "is not the JSON object that earlier versions read"},
		{"a file that is not there", "SOURCES_FILE", "/nowhere", "cannot be read from the file that COUNTERSIGN_SOURCES_FILE names"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Rewrite(map[string]string{Prefix + tc.variable: tc.value}, noFile, "/etc/secrets")
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("want one problem, got: %v", err)
			}
			name := Prefix + strings.TrimSuffix(tc.variable, "_FILE")
			if !strings.HasPrefix(err.Error(), name+" ") || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "31415926535897932384") {
				t.Errorf("got  %v\nwant %s %s", err, name, tc.want)
			}
		})
	}
}

func noFile(path string) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}
