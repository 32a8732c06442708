package admin

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

// TestDeskInWords: each part of the file is said in a sentence.
func TestDeskInWords(t *testing.T) {
	t.Parallel()
	m := configuration(replica("a:8080", ours))
	m.Desk = Desk{
		Reviewers: []string{"approvers", "finance-approvers"}, Admins: []string{"platform-team"},
		Groups: []Group{{Name: "finance-approvers", Slack: "#finance", Email: []string{"finance@example.com"}}},
		Queues: []callbacks.Queue{
			{Name: "default", Groups: []string{"approvers"}},
			{Name: "expenses", Groups: []string{"approvers"}, Rules: []callbacks.Rule{{Name: "large"}, {Name: "everyday"}}},
			{Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true, KeepAlive: callbacks.KeepAliveQueued, RejectAs: callbacks.Success},
		},
		Sources: []Source{{Name: "expenses", Queues: []string{"finance"}, Secrets: 2, Tokens: 1}},
		Topics:  []Topic{{ARN: "arn:aws:sns:eu-central-1:111122223333:asks", Source: "expenses", Events: true}},
		Functions: []Function{
			{Name: "expense-approval", Watched: true, Queue: "finance", Region: "eu-central-1", Account: "111122223333", ExceptNames: []string{"health-*"}, ExceptTypes: []string{"MicroVm*"}, Templates: []string{"sign-off", "*"}, Encrypted: true},
			{Name: "letters", Format: "text", CodecURL: "https://codec.example.com"},
			{Name: "payroll", KMSKey: "alias/payroll"},
		},
		Accounts: []Account{{Number: "111122223333", RoleARN: "arn:aws:iam::111122223333:role/desk", ExternalID: true}},
		Ways:     []Way{{Name: "slack"}, {Name: "email", Address: "smtp.example.com:587", Facts: []string{"as desk"}}},
		Routes: []Route{
			{Queues: []string{"finance"}, Tags: []string{"big", "new"}, To: Destination{Slack: "#big-money", Webhooks: []string{"erp"}}},
			{To: Destination{Teams: []string{"room"}}},
		},
		Notices: []QueueNotices{{Queue: "finance", Title: "nowhere", Fields: []string{"Total (/total)"}, RemindAt: []string{"50%", "80%"}}},
	}
	doc := configurationPage(t, m)
	for title, want := range map[string]string{
		"Roles":      "Reviewers Members of approvers, finance-approvers Admins Members of platform-team Auditors Nobody",
		"Queues":     "3 default Decided by members of approvers expenses Seen by members of approvers; 2 rules about who must sign finance Decided by members of finance-approvers; requesters cannot decide their own requests; heartbeats also while a request waits; the usual reject is sent as a success",
		"Sources":    "1 expenses May address finance; 2 secrets; 1 token",
		"SNS topics": "1 arn:aws:sns:eu-central-1:111122223333:asks Announces as source expenses; may address every queue; also events of how executions ended",
		"Functions":  "3 expense-approval Searched, into queue finance; region eu-central-1; account 111122223333; without names health-*; without subtypes MicroVm*; templates for callbacks sign-off, *; results are encrypted with AES-GCM letters Results are encoded by the codec server https://codec.example.com; reads results as text payroll Results are encrypted with KMS key alias/payroll",
		"Accounts":   "1 111122223333 Role arn:aws:iam::111122223333:role/desk; with an external ID",
		"Groups":     "1 finance-approvers Slack #finance; e-mail finance@example.com",

		"Ways of messages":      "2 slack Configured email Smtp.example.com:587; as desk",
		"Routes of messages":    "2 queue finance, tag big, new Slack #big-money; webhooks erp every request Teams room",
		"What messages may say": "1 finance Titles nowhere; values Total (/total); reminders at 50%, 80%",
	} {
		if got := box(doc, title); got != title+" "+want {
			t.Errorf("got  %q\nwant %q", got, title+" "+want)
		}
	}
}

// TestDeskIsBounded: a file with a thousand entries makes no page of a thousand lines.
func TestDeskIsBounded(t *testing.T) {
	t.Parallel()
	m := configuration(replica("a:8080", ours))
	for i := range 1000 {
		m.Desk.Sources = append(m.Desk.Sources, Source{Name: fmt.Sprintf("source-%d", i)})
		m.Desk.Admins = append(m.Desk.Admins, fmt.Sprintf("group-%d", i))
	}
	doc := configurationPage(t, m)
	if got := box(doc, "Sources"); !strings.HasPrefix(got, "Sources 1000 ") || !strings.HasSuffix(got, "900 more: countersign config show prints all.") {
		t.Errorf("%.40q…", got)
	}
	if got := viewstest.Words(doc.Find("dl.entries").First()); !strings.Contains(got, "group-29 and 970 more") {
		t.Errorf("%q", got)
	}
}
