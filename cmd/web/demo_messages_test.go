package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"countersign/internal/standin"
)

// TestDemoMessages: a sample of the demo is told in the workspace, in Teams, to a browser and to
// the receiver, and the page shows it.
func TestDemoMessages(t *testing.T) {
	t.Parallel()
	w := openDemo(t, 18880)
	if _, ok := w.surroundings.Secrets()[standin.WebhookSecret]; !ok {
		t.Errorf("%s is no secret of the demo", standin.WebhookSecret)
	}
	(&rig{url: w.url}).signIn(t, standin.Pushed()[0])
	told := w.surroundings.Told
	changed := told.Slack.Changed()
	if err := w.surroundings.Starter.Start(t.Context(), "expense"); err != nil {
		t.Fatal(err)
	}
	await(t, changed, "a message in the workspace")
	message := told.Slack.Messages()[0]
	if told.Slack.NameOf(message.Conversation) != "#finance" || !strings.Contains(message.Shown, "Expense report") || len(message.Links) != 1 || !strings.HasPrefix(message.Links[0], w.url+"/callbacks/") {
		t.Errorf("the message is %+v", message)
	}
	await(t, told.Mails.Arrived(), "a mail")
	// The list of the group and the people who were seen get theirs in any order.
	if mail := told.Mails.Mails()[0]; !strings.HasSuffix(mail.To, "@harborline.example") || !strings.HasPrefix(mail.Subject, "[finance] Expense report") || !strings.Contains(mail.Text, w.url+"/callbacks/") {
		t.Errorf("the mail is %+v", mail)
	}
	await(t, told.Pushes.Arrived(), "a push")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.surroundings.Messages(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "Expense report") || !strings.Contains(string(page), "<h3>#finance</h3>") || !strings.Contains(string(page), "<h3>Browser of Mara Okafor</h3>\n\n<article>\n<p>1 waits for you") || !strings.Contains(string(page), `<a href="/mails/1">[finance] Expense report`) {
		t.Errorf("%d, %v: %s", resp.StatusCode, err, page)
	}
}
