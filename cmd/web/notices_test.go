package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/channels/webpush"
	"countersign/internal/standin/mailbox"
	"countersign/internal/standin/receiver"
	"countersign/internal/standin/slack"
	"countersign/internal/standin/teams"
)

// chat is a desk's configuration with stand-ins of channels behind it.
type chat struct {
	slack     *slack.Workspace
	teams     *teams.Workflow
	events    *receiver.Receiver
	mails     *mailbox.Mailbox
	variables map[string]string
	close     func() // the servers of Teams and of the events
}

const chatSecret = "whsec_c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4="

func newChat(t *testing.T) *chat {
	t.Helper()
	c := &chat{
		slack: slack.New(slack.Config{
			Name: "Harborline", Token: "xoxb-1", Scopes: []string{"chat:write"}, Now: time.Now,
			Channels: []slack.Channel{{ID: "C1", Name: "finance"}, {ID: "C2", Name: "attic", Archived: true}},
		}),
		teams: teams.New("signature", time.Now), mails: mailbox.New("example.com", time.Now),
	}
	var err error
	if c.events, err = receiver.New(chatSecret, time.Now); err != nil {
		t.Fatal(err)
	}
	methods, workflow, hooks := httptest.NewServer(c.slack), httptest.NewServer(c.teams), httptest.NewServer(c.events)
	t.Cleanup(methods.Close)
	c.close = func() { workflow.Close(); hooks.Close() }
	t.Cleanup(c.close)
	smtp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.mails.Serve(smtp)
	}()
	t.Cleanup(func() {
		_ = smtp.Close()
		_ = c.mails.Close()
		<-done
	})
	file := deskFile(t, `roles: {reviewers: [approvers]}
groups:
  approvers: {slack: '#finance', teams: [room], email: [finance@example.com, leo@example.org]}
  attic: {slack: '#attic'}
channels:
  slack: {token: {file: slack}, api: `+methods.URL+`/}
  email: {server: "`+smtp.Addr().String()+`", from: desk@example.com, tls: none}
  teams: {room: {url: {file: teams}}}
  push: {contact: "mailto:ops@example.com", key: {file: vapid}}
  webhooks: {erp: {url: `+hooks.URL+`/hooks, secrets: [{file: erp}]}}
`)
	folder := filepath.Dir(file)
	writeFile(t, filepath.Join(folder, "slack"), "xoxb-1")
	writeFile(t, filepath.Join(folder, "teams"), workflow.URL+"/1?sig=signature")
	writeFile(t, filepath.Join(folder, "erp"), chatSecret)
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "vapid"), key)
	c.variables = prefixed(map[string]string{
		"BASE_URL": "http://localhost:8080", "DATABASE_URL": "sqlite://" + filepath.Join(folder, "desk.db"), "LAMBDA_REGION": rigRegion,
		"OIDC_ISSUER": "http://127.0.0.1:1", "OIDC_CLIENT_ID": rigClient, "OIDC_CLIENT_SECRET": rigSecret, "CONFIG_FILE": file,
	})
	return c
}

// TestNoticesTest: every place that the file names gets a test, and the command says which took it.
func TestNoticesTest(t *testing.T) {
	t.Parallel()
	c := newChat(t)
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"notices", "test"}, c.variables, &stdout, &stderr)
	const want = `slack     #finance (approvers): sent
email     finance@example.com (approvers): sent
email     leo@example.org (approvers): failed, refused: 550 5.7.1 Relay access denied
teams     room (approvers): sent
slack     #attic (attic): failed, no place: is_archived
webhooks  erp: sent
`
	if stdout.String() != want || err == nil || err.Error() != "2 places of 6 did not take the test" || exitCode(err) != exitFaults {
		t.Errorf("printed\n%s\nwant\n%s\n%v", stdout.String(), want, err)
	}
	posts, messages, events, mails := c.teams.Posts(), c.slack.Messages(), c.events.Events(), c.mails.Mails()
	if len(mails) != 1 || mails[0].Subject != "A test from Countersign" {
		t.Errorf("the mails are %+v", mails)
	}
	if len(posts) != 1 || len(messages) != 1 || len(events) != 1 || !strings.Contains(messages[0].Shown, "A test from Countersign") {
		t.Errorf("%d posts, messages %+v, %d events", len(posts), messages, len(events))
	}
	stdout.Reset()
	if err := run(t.Context(), []string{"notices", "test", "--channel", "slack", "--to", "#finance"}, c.variables, &stdout, &stderr); err != nil || len(c.slack.Messages()) != 2 {
		t.Errorf("one place: %v\n%s", err, stdout.String())
	}
	err = run(t.Context(), []string{"notices", "test", "--to", "#nowhere"}, c.variables, &stdout, &stderr)
	if exitCode(err) != exitUsage {
		t.Errorf("a place that the file does not name: %v", err)
	}
}

// TestDoctorChannels: the doctor tries each channel, and nothing is sent.
func TestDoctorChannels(t *testing.T) {
	t.Parallel()
	c := newChat(t)
	settings, err := loadSettings(c.variables)
	if err != nil {
		t.Fatal(err)
	}
	examine := func() (all string) {
		for _, s := range channelsOf(settings.Desk, "http://localhost:8080")(t.Context()) {
			for _, f := range s.Findings {
				if !strings.HasPrefix(f.Text, "Slack") { // it has a test of its own
					all += fmt.Sprintln(f.Level, f.Text)
				}
			}
		}
		return all
	}
	server := settings.Desk.Channels.Email.Server
	want := "ok E-mail: " + server + ` takes connections
ok Web push: the key can be read; push services write to mailto:ops@example.com
ok Teams room: its address takes connections
ok Webhook erp: its address takes connections
`
	if got := examine(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if len(c.teams.Posts())+len(c.slack.Messages())+len(c.events.Events())+len(c.mails.Mails()) != 0 {
		t.Error("the doctor sent something")
	}
	c.close()
	settings.Desk.Channels.Email.TLS = "tls"
	want = "problem E-mail: " + server + `: tls: first record does not look like a TLS handshake
ok Web push: the key can be read; push services write to mailto:ops@example.com
problem Teams room: nobody listens at the address
problem Webhook erp: nobody listens at the address
`
	if got := examine(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestNoticesKey: the command prints a key that the configuration takes.
func TestNoticesKey(t *testing.T) {
	t.Parallel()
	var stdout, again, stderr bytes.Buffer
	if err := run(t.Context(), []string{"notices", "key"}, nil, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"notices", "key"}, nil, &again, &stderr); err != nil || again.String() == stdout.String() {
		t.Errorf("the second key: %v", err)
	}
	file := deskFile(t, `roles: {reviewers: [approvers]}
channels:
  push: {contact: "mailto:ops@example.com", key: {file: vapid}}
`)
	writeFile(t, filepath.Join(filepath.Dir(file), "vapid"), stdout.String())
	if err := run(t.Context(), []string{"config", "check", file}, nil, &stdout, &stderr); err != nil {
		t.Errorf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
}
