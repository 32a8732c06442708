package main

import (
	"bytes"
	"countersign/internal/schema"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/condition"
	"countersign/internal/config/deskfile"
)

// configRun is what a config command did.
type configRun struct {
	stdout, stderr string
	code           int
	err            string
}

func runConfig(t *testing.T, variables map[string]string, args ...string) configRun {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), append([]string{"config"}, args...), variables, &stdout, &stderr)
	r := configRun{stdout: stdout.String(), stderr: stderr.String()}
	if err != nil {
		r.code, r.err = exitCode(err), err.Error()
	}
	return r
}

// TestConfigCheck: the exit code is what a CI job goes by.
func TestConfigCheck(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	right := writeFile(t, filepath.Join(folder, "right.yaml"), smallDesk)
	wrong := writeFile(t, filepath.Join(folder, "wrong.yaml"), "roles: {reviewers: approvers}\nqueus: {}\n")
	sender := writeFile(t, filepath.Join(folder, "sender.yaml"), smallDesk+"sources: {expenses: {tokens: [{file: token}]}}\n")
	for name, tc := range map[string]struct {
		args []string
		want configRun
	}{
		"Right": {[]string{"check", right}, configRun{stdout: right + " is valid: 1 queue, 0 sources, 0 SNS topics, 0 functions, 0 accounts\n" + unseen}},
		"Wrong": {[]string{"check", wrong}, configRun{
			stderr: wrong + ":1:20: roles.reviewers: must be a list, not a text: write [approvers]\n" +
				wrong + ":2:1: queus: there is no such key: did you mean queues?\n",
			code: 1, err: wrong + " has 2 faults",
		}},
		"NoSecret": {[]string{"check", sender}, configRun{
			stderr: sender + ":2:38: sources.expenses.tokens[0].file: the file with the secret cannot be read: no such file or directory\n",
			code:   1, err: sender + " has 1 fault",
		}},
		"SecretsElsewhere": {[]string{"check", "--no-secrets", sender}, configRun{
			stdout: sender + " is valid: 1 queue, 1 source, 0 SNS topics, 0 functions, 0 accounts\n" + unseen,
		}},
		"NoFile":     {[]string{"check", right + "x"}, configRun{code: 2, err: right + "x: there is no such file"}},
		"Folder":     {[]string{"check", folder}, configRun{code: 2, err: folder + " is a folder: name the file in it, as " + folder + "/countersign.yaml"}},
		"NoArgument": {[]string{"check"}, configRun{code: 2, err: "name the file to check, or set COUNTERSIGN_CONFIG_FILE"}},
		"NoCommand":  {[]string{"chek"}, configRun{code: 2, err: `unexpected argument chek, did you mean "check"? (countersign --help lists the commands)`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, runConfig(t, nil, tc.args...), cmp.AllowUnexported(configRun{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// unseen is what check says without a database.
const unseen = "note: Not known: who could sign, and what the conditions find.\n" +
	"    Without a database that a desk has used nobody was seen, and no request is there to try the conditions on.\n"

// TestConfigShow: what is shown is the whole that is in force, and no secret.
func TestConfigShow(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "token"), rigToken)
	file := writeFile(t, filepath.Join(folder, "countersign.yaml"), smallDesk+"sources: {expenses: {tokens: [{file: token}]}}\n")
	got := runConfig(t, nil, "show", file)
	_, shown, _ := strings.Cut(got.stdout, "with its defaults\n")
	want := "roles:\n  reviewers: [approvers]\n" +
		"queues:\n  default:\n    groups: [approvers]\n    keepAlive: review\n    fourEyes: false\n    rejectAs: failure\n    free: found\n" +
		"sources:\n  expenses:\n    tokens:\n      - file: token\n"
	if shown != want || got.code != 0 {
		t.Errorf("got %+v, want %s", got, want)
	}
	variables := smallest(t, "127.0.0.1:0")
	variables["COUNTERSIGN_CONFIG_FILE"], variables["COUNTERSIGN_OIDC_CLIENT_SECRET"] = file, rigSecret
	got = runConfig(t, variables, "show")
	if !strings.HasSuffix(got.stdout, "\n"+want) || strings.Contains(got.stdout, rigSecret) || strings.Contains(got.stdout, rigToken) ||
		!strings.Contains(got.stdout, "# COUNTERSIGN_OIDC_CLIENT_SECRET=redacted\n") || got.code != 0 {
		t.Errorf("all that is in force: %+v", got)
	}
	refused := configRun{code: 2, err: "--no-secrets is for one file: name FILE. Without it, " +
		"show reads the configuration as serve does, with its secrets"}
	if got := runConfig(t, variables, "show", "--no-secrets"); got != refused {
		t.Errorf("the whole configuration without its secrets: %+v", got)
	}
}

func TestConfigSchema(t *testing.T) {
	t.Parallel()
	if got := runConfig(t, nil, "schema"); got.stdout != string(deskfile.Schema()) {
		t.Errorf("got %+v", got)
	}
}

// TestConfigFromEnv: a desk of an earlier version moves by two commands.
func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secrets := filepath.Join(folder, "secrets")
	old := map[string]string{
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS": `["CN=Approvers,OU=Groups","approvers"]`, "COUNTERSIGN_ROLE_ADMIN_GROUPS": "ops",
		"COUNTERSIGN_QUEUES":          `{"finance":{"groups":["approvers"],"keepAlive":"","fourEyes":true}}`,
		"COUNTERSIGN_SOURCES":         `{"harborline":{"tokens":["` + rigToken + `"],"queues":["finance"]}}`,
		"COUNTERSIGN_WATCH":           "{\n\t\"expense-approval\": {\"queue\": \"finance\"},\n\t\"*\": {}\n}",
		"COUNTERSIGN_ENCRYPTION_KEYS": `{"expense-approval":"` + rigSessionKey + `"}`,
		"COUNTERSIGN_ACCOUNTS":        `{"111122223333":{"roleArn":"arn:aws:iam::111122223333:role/desk"}}`,
		"COUNTERSIGN_SNS_TOPICS":      `{"arn:aws:sns:eu-central-1:123456789012:a":{"source":"expenses","events":true}}`,
	}
	if got := runConfig(t, old, "from-env"); got.code != 2 || !strings.Contains(got.err, "hold 2 secrets") || got.stdout != "" {
		t.Errorf("without a folder for secrets: %+v", got)
	}
	got := runConfig(t, old, "from-env", "--secrets", secrets)
	if got.code != 0 {
		t.Fatalf("%+v", got)
	}
	file := writeFile(t, filepath.Join(folder, "countersign.yaml"), got.stdout)
	desk, err := deskfile.Load(file, deskfile.Surroundings{ReadFile: deskfile.ReadFile, Conditions: condition.Compile, Forms: schema.NewCompiler()})
	if err != nil {
		t.Fatal(err)
	}
	source, expense := desk.Sources["harborline"], desk.Functions["expense-approval"]
	if source.Tokens[0].Reveal() != rigToken || len(desk.Formats()["expense-approval"].AESKey()) != 32 || expense.Watch.Queue != "finance" ||
		!desk.Queues["finance"].FourEyes || desk.Roles.Reviewers[0] != "CN=Approvers,OU=Groups" || len(desk.Accounts)+len(desk.Topics) != 2 {
		t.Errorf("read as:\n%s", desk.Shown())
	}
	again := runConfig(t, old, "from-env", "--secrets", secrets)
	want := configRun{code: 1, err: filepath.Join(secrets, "function-expense-approval-key") +
		" exists already and was not overwritten: remove it, or name another folder with --secrets"}
	if again != want {
		t.Errorf("a second run over the same secrets: %+v", again)
	}
}

// TestConfigFromEnvTellsFaults: nothing is left out in silence, and no secret is repeated.
func TestConfigFromEnvTellsFaults(t *testing.T) {
	t.Parallel()
	old := map[string]string{
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS": "approvers", "COUNTERSIGN_QUEUES": `{"finance":{"groups":["a"],"colour":1}}`,
		"COUNTERSIGN_SOURCES": `{"harborline":"` + rigToken + `"}`,
	}
	got := runConfig(t, old, "from-env")
	if got.code != 1 || strings.Contains(got.err, rigToken) ||
		!strings.Contains(got.err, "COUNTERSIGN_QUEUES is not the JSON object") || !strings.Contains(got.err, "COUNTERSIGN_SOURCES is not the JSON object") {
		t.Errorf("%+v", got)
	}
	old = map[string]string{"COUNTERSIGN_ROLE_REVIEWER_GROUPS": "approvers", "COUNTERSIGN_WATCH": `{"*": {"queue": "finance"}}`}
	if got := runConfig(t, old, "from-env"); got.code != 1 || !strings.Contains(got.err, `there is no queue "finance"`) {
		t.Errorf("%+v", got)
	}
}
