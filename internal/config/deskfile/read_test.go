package deskfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/internal/callbacks"
)

// everything is a file that has every key.
const everything = `
roles:
  reviewers: [approvers, finance-approvers]
  admins: [platform-team]
  auditors: ["CN=Audit,OU=Groups,DC=corp"]
groups:
  approvers: {}
  finance-approvers: {slack: '#finance', email: [finance@example.com], teams: [finance-room]}
  platform-team: {}
  CN=Audit,OU=Groups,DC=corp: {}
queues:
  finance:
    groups: [finance-approvers, approvers]
    keepAlive: queued
    keepAliveMax: 2h
    fourEyes: true
    rejectAs: success
    free: always
    masked: [/vendor/iban, /cards/*/number]
    rules:
      - name: large expenses
        when: payload.report.total >= 15000.0
        signatures: [{from: [finance-approvers], for: 2}, {for: 1}]
        against: 2
        exclude: [requester]
        reason: [for, against]
        escalate: {at: 50%, to: [platform-team]}
      - {name: everyday, signatures: [{for: 1}]}
    otherwise: large expenses
    groupsNotOlderThan: 1h30m
    notices: {title: everywhere, fields: [{label: Total, value: /report/total}], remindAt: [50%, 90%]}
sources:
  expenses:
    secrets: [{file: /run/secrets/good}]
    tokens: [{file: token}]
    queues: [finance, default]
snsTopics:
  arn:aws:sns:eu-central-1:123456789012:approvals: {source: expenses, queues: [finance], events: true}
functions:
  expense-approval:
    watch: {queue: finance, except: {names: [health-*], subtypes: [MicroVm*]}}
    templates:
      - callback: sign-*
        title: "Contract of {{input/customer}}: renewal"
        description: |-
          Ends on **{{input/renews}}**.
        requester: {name: "{{input/owner/name}}", email: "{{input/owner/email}}", id: "{{input/owner/sub}}"}
        payload: {customer: "{{input/customer}}", terms: [1e2, {all: true}]}
        queue: finance
        tags: [contract]
        outcomes:
          - {name: approve, label: Renew, kind: success, stance: for, comment: none, encoding: json, payload: {renew: 0.10, to: "{{answer}}"}, form: {type: object}, value: {no: "{{input/no}}", by: 1.50}}
          - {name: stop, label: Let it end, kind: failure, errorType: Declined, errorMessage: "{{comment}}", errorData: {by: "{{reviewer.email}}"}}
      - payload: "{{input}}"
    encryptionKey: {file: /run/secrets/key}
  arn:aws:lambda:us-east-1:123456789012:function:pay: {watch: {}}
  arn:aws:lambda:us-east-1:111122223333:function:*: {watch: {}}
  refund: {watch: {account: "111122223333", region: eu-north-1}, kmsKey: alias/refunds}
  letters: {format: text, codec: {url: 'https://codec.example.com/v1', token: {file: token}}}
  "*": {watch: {}}
accounts:
  111122223333: {roleArn: arn:aws:iam::111122223333:role/desk/countersign, externalId: "9f2c"}
channels:
  slack: {token: {file: /run/secrets/slack}, api: "http://127.0.0.1:8091/api/"}
  email: {server: "smtp.example.com:465", from: Countersign <desk@example.com>, tls: tls, user: desk, password: {file: token}}
  push: {contact: "mailto:ops@example.com", key: {file: /run/secrets/vapid}, service: "http://127.0.0.1:8092"}
  teams: {finance-room: {url: {file: /run/secrets/teams}}}
  webhooks: {erp-bridge: {url: "https://erp.example.com/hooks", secrets: [{file: /run/secrets/good2}], private: true}}
routes:
  - {queues: [finance], functions: [refund], sources: [expenses], tags: [contract], to: {slack: '#big-money', email: [cfo@example.com], teams: [finance-room], webhooks: [erp-bridge]}}
  - {risk: true, to: {slack: '#at-risk'}}
`

func parse(t *testing.T, text string) *Desk {
	t.Helper()
	desk, err := Parse("/etc/countersign/countersign.yaml", []byte(text), surroundings())
	if err != nil {
		t.Fatal(err)
	}
	return desk
}

func TestEveryKeyIsRead(t *testing.T) {
	t.Parallel()
	want := &Desk{
		Roles: Roles{
			Reviewers: []string{"approvers", "finance-approvers"}, Admins: []string{"platform-team"},
			Auditors: []string{"CN=Audit,OU=Groups,DC=corp"},
		},
		Groups: map[string]Group{
			"approvers": {}, "platform-team": {}, "CN=Audit,OU=Groups,DC=corp": {},
			"finance-approvers": {Slack: "#finance", Email: []string{"finance@example.com"}, Teams: []string{"finance-room"}},
		},
		Queues: map[string]Queue{
			"finance": {
				Groups: []string{"finance-approvers", "approvers"}, KeepAlive: "queued", KeepAliveMax: "2h", FourEyes: true, RejectAs: "success", Free: "always",
				Masked: []string{"/vendor/iban", "/cards/*/number"}, Rules: []Rule{
					{
						Name: "large expenses", When: "payload.report.total >= 15000.0",
						Signatures: []Threshold{{From: []string{"finance-approvers"}, For: 2}, {For: 1}},
						Against:    2, Exclude: []string{"requester"}, Reason: []string{"for", "against"},
						Escalate:  &Escalation{At: "50%", To: []string{"platform-team"}},
						condition: text("payload.report.total >= 15000.0"),
					},
					{Name: "everyday", Signatures: []Threshold{{For: 1}}},
				},
				Otherwise: "large expenses", GroupsNotOlderThan: "1h30m", Notices: everyNotices(),
			},
			"default": {Groups: []string{"approvers", "finance-approvers"}},
		},
		Sources: map[string]Source{"expenses": {
			Secrets: []Secret{{File: "/run/secrets/good", value: goodSecret}},
			Tokens:  []Secret{{File: "token", value: goodToken}}, Queues: []string{"finance", "default"},
		}},
		Topics: map[string]Topic{
			"arn:aws:sns:eu-central-1:123456789012:approvals": {Source: "expenses", Queues: []string{"finance"}, Events: true},
		},
		Functions: map[string]Function{
			"expense-approval": {
				Watch: &Watch{Queue: "finance", Except: Except{Names: []string{"health-*"}, Subtypes: []string{"MicroVm*"}}},
				Templates: []Template{
					{
						Callback: "sign-*", Title: "Contract of {{input/customer}}: renewal", Description: "Ends on **{{input/renews}}**.",
						Requester: &Requester{Name: "{{input/owner/name}}", Email: "{{input/owner/email}}", ID: "{{input/owner/sub}}"},
						Payload:   json.RawMessage(`{"customer":"{{input/customer}}","terms":[1e2,{"all":true}]}`),
						Queue:     "finance", Tags: []string{"contract"},
						Outcomes: []Outcome{
							{Name: "approve", Label: "Renew", Kind: "success", Stance: "for", Comment: "none", Encoding: "json", Payload: json.RawMessage(`{"renew":0.10,"to":"{{answer}}"}`),
								Form: json.RawMessage(`{"type":"object"}`), Value: json.RawMessage(`{"no":"{{input/no}}","by":1.50}`)},
							{Name: "stop", Label: "Let it end", Kind: "failure", ErrorType: "Declined", ErrorMessage: "{{comment}}", ErrorData: json.RawMessage(`{"by":"{{reviewer.email}}"}`)},
						},
					},
					{Payload: json.RawMessage(`"{{input}}"`)},
				},
				EncryptionKey: &Secret{File: "/run/secrets/key", value: goodKey},
			},
			"arn:aws:lambda:us-east-1:123456789012:function:pay": {Watch: &Watch{Queue: "default", Region: "us-east-1"}},
			"arn:aws:lambda:us-east-1:111122223333:function:*": {
				Watch: &Watch{Queue: "default", Region: "us-east-1", Account: "111122223333"},
			},
			"refund": {Watch: &Watch{Queue: "default", Region: "eu-north-1", Account: "111122223333"}, KMSKey: "alias/refunds"},
			"letters": {
				Format: FormatText,
				Codec:  &Codec{URL: "https://codec.example.com/v1", Token: &Secret{File: "token", value: goodToken}},
			},
			"*": {Watch: &Watch{Queue: "default"}},
		},
		Accounts: map[string]Account{
			"111122223333": {RoleARN: "arn:aws:iam::111122223333:role/desk/countersign", ExternalID: "9f2c"},
		},
		Channels: everyChannel(),
		Routes:   everyRoute(),
	}
	got := parse(t, everything)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Secret{}, Rule{}), cmpopts.IgnoreFields(Desk{}, "Version"), cmpopts.IgnoreUnexported(Desk{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	formats := got.Formats()
	if key := formats["expense-approval"].AESKey(); len(key) != keyBytes || len(formats) != 3 {
		t.Errorf("the key has %d bytes, of %d formats", len(key), len(formats))
	}
}

// TestVersion: it names what the file says to the byte, and nothing else.
func TestVersion(t *testing.T) {
	t.Parallel()
	one, again, other := parse(t, everything), parse(t, everything), parse(t, everything+"# more\n")
	if one.Version != again.Version || one.Version == other.Version || len(one.Version) != 64 {
		t.Errorf("versions are %s, %s and %s", one.Version, again.Version, other.Version)
	}
}

// TestSecretsArePrintedNowhere: %+v of what holds them is what ends up in a log.
func TestSecretsArePrintedNowhere(t *testing.T) {
	t.Parallel()
	desk := parse(t, everything)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, holder := range []any{desk, *desk, desk.Sources, desk.Functions["expense-approval"], desk.Functions["letters"], desk.Sources["expenses"].Tokens[0]} {
			text := fmt.Sprintf(format, holder)
			for _, secret := range []string{goodSecret, goodToken, goodKey} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of a %T shows a secret", format, holder)
				}
			}
		}
	}
}

// TestSkipSecrets: a check where the secrets are not finds everything else.
func TestSkipSecrets(t *testing.T) {
	t.Parallel()
	s := surroundings()
	s.SkipSecrets, s.ReadFile = true, nil
	if _, err := Parse("countersign.yaml", []byte(everything), s); err != nil {
		t.Error(err)
	}
}

// TestUnreadable: what is no file at all gets a line too.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	locked := filepath.Join(folder, "locked.yaml")
	large := filepath.Join(folder, "large.yaml")
	for path, text := range map[string]string{locked: everything, large: strings.Repeat("#", 10<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	denied := func(path string) ([]byte, error) { // root may read everything
		if path == locked {
			return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrPermission}
		}
		return ReadFile(path)
	}
	for path, want := range map[string]string{
		folder:                               folder + " is a folder: name the file in it, as " + filepath.Join(folder, "countersign.yaml"),
		filepath.Join(folder, "none.yaml"):   filepath.Join(folder, "none.yaml") + ": there is no such file",
		filepath.Join(locked, "folder.yaml"): filepath.Join(locked, "folder.yaml") + " cannot be read: open " + filepath.Join(locked, "folder.yaml") + ": not a directory",
		locked:                               locked + " may not be read by this user: change its owner or mode",
		large:                                large + ":1:1: the file is larger than 1024 KiB: is it the right one?",
	} {
		if _, err := Load(path, Surroundings{ReadFile: denied}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestDomain: everything that a queue says reaches the domain.
func TestDomain(t *testing.T) {
	t.Parallel()
	want := callbacks.Queue{
		Name: "finance", Groups: []string{"finance-approvers", "approvers"}, KeepAlive: callbacks.KeepAliveQueued, KeepAliveMax: 2 * time.Hour,
		RejectAs: callbacks.Success, Free: callbacks.FreeAlways, Masked: []string{"/vendor/iban", "/cards/*/number"}, Otherwise: "large expenses", Version: "v8", FourEyes: true, GroupsNotOlderThan: 90 * time.Minute,
		Rules: []callbacks.Rule{
			{
				Name: "large expenses", When: "payload.report.total >= 15000.0", Condition: text("payload.report.total >= 15000.0"),
				Terms: callbacks.Terms{
					Signatures: []callbacks.Threshold{{From: []string{"finance-approvers"}, For: 2}, {For: 1}},
					Against:    2, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester},
					Reason:   []callbacks.Stance{callbacks.For, callbacks.Against},
					Escalate: &callbacks.Escalation{After: 0.5, To: []string{"platform-team"}},
				},
			},
			{Name: "everyday", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}}},
		},
	}
	if diff := cmp.Diff(want, parse(t, everything).Queues["finance"].Domain("finance", "v8")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestShown: what is printed is read as the same.
func TestShown(t *testing.T) {
	t.Parallel()
	desk := parse(t, everything)
	again := parse(t, string(desk.Shown()))
	if diff := cmp.Diff(string(desk.Shown()), string(again.Shown())); diff != "" {
		t.Errorf("-first +again:\n%s", diff)
	}
	for _, want := range []string{"for: 2", `at: "50%"`, "against: 1\n"} {
		if !strings.Contains(string(desk.Shown()), want) {
			t.Errorf("no %q in\n%s", want, desk.Shown())
		}
	}
}

// TestFourEyes: a queue asks for them as a whole, or by one of its rules.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	ruled := parse(t, smallDeskOf("queues: {pay: {groups: [approvers], rules: [{name: all, exclude: [requester], signatures: [{for: 1}]}]}}\n"))
	if diff := cmp.Diff([]string{"pay"}, ruled.FourEyes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"finance"}, parse(t, everything).FourEyes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestTooManyCredentials: what the intake would refuse at the start, the check refuses too.
func TestTooManyCredentials(t *testing.T) {
	t.Parallel()
	s, text := surroundings(), smallDeskOf("sources:\n")
	for i := range maxCredentials + 1 {
		name := fmt.Sprintf("SOURCE_%d", i)
		s.Variables[name] = fmt.Sprintf("%040d", i)
		text += fmt.Sprintf("  s%d: {tokens: [{env: %s}]}\n", i, name)
	}
	_, err := Parse("countersign.yaml", []byte(text), s)
	if want := "countersign.yaml:2:1: sources: the sources have 65 secrets and tokens: at most 64 are allowed"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func smallDeskOf(more string) string { return "roles: {reviewers: [approvers]}\n" + more }

// TestPlaces: what is said of a queue leads back to its lines.
func TestPlaces(t *testing.T) {
	t.Parallel()
	desk := parse(t, everything)
	first, lines := desk.QueueLines("finance")
	if len(lines) != 20 || lines[0] != "  finance:" || !strings.HasPrefix(lines[19], "    notices: ") {
		t.Errorf("from line %d:\n%s", first, strings.Join(lines, "\n"))
	}
	if line, column := desk.Place("queues.finance.rules[0].signatures[1].from"); line != first+11 || column != 59 {
		t.Errorf("the second item is at %d:%d", line, column)
	}
	if _, none := desk.QueueLines("default"); none != nil {
		t.Errorf("the file says nothing of default: %q", none)
	}
	small := parse(t, smallDeskOf("queues:\n  a: {groups: [approvers]} # one\n\n  # about b\n  b: {\n    groups: [approvers],\n  }\n"))
	if first, lines := small.QueueLines("a"); first != 3 || len(lines) != 1 {
		t.Errorf("a: %d %q", first, lines)
	}
	if first, lines := small.QueueLines("b"); first != 6 || len(lines) != 3 {
		t.Errorf("b: %d %q", first, lines)
	}
}
