package config

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/config/deskfile"
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

// TestRewriteEverything: variables that use all that there was become one file, to the letter. The
// lists that earlier versions took with doubles have each item once, because the file refuses them.
func TestRewriteEverything(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"/run/sources.json": `{"expenses": {"secrets": ["` + goodSecret + `"], "queues": ["finance", "finance", "legal"]}, "crm": {"tokens": ["` + goodToken + `"]}}`,
		"/run/watch.json": `{
			"expense-approval": {"queue": "finance", "region": "eu-central-1", "account": "111122223333",
				"except": {"names": ["health-*", "health-*"], "subtypes": ["MicroVm*", "MicroVm*"]}},
			"arn:aws:lambda:us-east-1:123456789012:function:*": {}}`,
	}
	read := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return noFile(path)
	}
	got, err := Rewrite(map[string]string{
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS": `["CN=Approvers,OU=Groups","approvers","approvers"]`,
		"COUNTERSIGN_ROLE_ADMIN_GROUPS":    "ops, ops",
		"COUNTERSIGN_ROLE_AUDITOR_GROUPS":  "audit",
		"COUNTERSIGN_QUEUES": `{"finance": {"groups": ["approvers", "leads", "approvers"], "keepAlive": "queued", "fourEyes": true, "rejectAs": "success"},
			"legal": {"groups": ["leads"]}}`,
		"COUNTERSIGN_SOURCES_FILE": "/run/sources.json", "COUNTERSIGN_WATCH_FILE": "/run/watch.json",
		"COUNTERSIGN_ENCRYPTION_KEYS": `{"expense-approval": "` + goodKey + `", "refund": "` + olderKey + `"}`,
		"COUNTERSIGN_ACCOUNTS":        `{"111122223333": {"roleArn": "arn:aws:iam::111122223333:role/desk", "externalId": "9f2c"}}`,
		"COUNTERSIGN_SNS_TOPICS": `{"arn:aws:sns:eu-central-1:123456789012:a": {"source": "expenses", "queues": ["finance", "finance"], "events": true},
			"arn:aws:sns:eu-central-1:123456789012:b": {"source": "crm"}}`,
	}, read, "/etc/secrets")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(everythingRewritten, string(got.File)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	secrets := map[string]string{
		"/etc/secrets/source-expenses-secret-1": goodSecret, "/etc/secrets/source-crm-token-1": goodToken,
		"/etc/secrets/function-expense-approval-key": goodKey, "/etc/secrets/function-refund-key": olderKey,
	}
	if diff := cmp.Diff(secrets, got.Secrets); diff != "" {
		t.Errorf("secrets, -want +got:\n%s", diff)
	}
	if _, err := deskfile.Parse("countersign.yaml", got.File, deskfile.Surroundings{SkipSecrets: true}); err != nil {
		t.Errorf("the desk refuses the file: %v", err)
	}
}

const everythingRewritten = `roles:
  reviewers: ["CN=Approvers,OU=Groups", approvers]
  admins: [ops]
  auditors: [audit]
queues:
  finance:
    groups: [approvers, leads]
    keepAlive: queued
    fourEyes: true
    rejectAs: success
  legal:
    groups: [leads]
sources:
  crm:
    tokens:
      - file: /etc/secrets/source-crm-token-1
  expenses:
    secrets:
      - file: /etc/secrets/source-expenses-secret-1
    queues: [finance, legal]
snsTopics:
  arn:aws:sns:eu-central-1:123456789012:a:
    source: expenses
    queues: [finance]
    events: true
  arn:aws:sns:eu-central-1:123456789012:b:
    source: crm
functions:
  arn:aws:lambda:us-east-1:123456789012:function:*:
    watch: {}
  expense-approval:
    watch:
      queue: finance
      region: eu-central-1
      account: "111122223333"
      except:
        names: [health-*]
        subtypes: [MicroVm*]
    encryptionKey:
      file: /etc/secrets/function-expense-approval-key
  refund:
    encryptionKey:
      file: /etc/secrets/function-refund-key
accounts:
  "111122223333":
    roleArn: "arn:aws:iam::111122223333:role/desk"
    externalId: "9f2c"
`

func noFile(path string) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}
