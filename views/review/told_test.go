package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/notice"
	"countersign/views/pagetest"
	"countersign/views/review"
	"countersign/views/viewstest"
)

// TestTold: places of groups and people are named, a person with two browsers is one, and faults
// are said.
func TestTold(t *testing.T) {
	t.Parallel()
	m := pagetest.Review(viewstest.Pending())
	page := func() string {
		return viewstest.Words(viewstest.HTML(t, review.Page(viewstest.Shell("mine", "/callbacks/exp2291"), m)).Find("#told"))
	}
	if said := page(); said != "" {
		t.Errorf("nobody was told, but the page says %q", said)
	}
	at := viewstest.Now.Add(-time.Hour)
	to := func(channel, place, person string) notice.Notice {
		return notice.Notice{Message: "m", Target: notice.Target{Channel: channel, Place: place, Person: person}, Topic: notice.Topic{Kind: notice.MaySign}, PlannedAt: at}
	}
	slack, first, second, third := to(notice.Slack, "#finance", ""), to(notice.Email, "mara@example.com", "mara"), to(notice.Email, "dana@example.com", "dana"), to(notice.Email, "lena@example.com", "lena")
	slack.ToldAt, first.ToldAt, second.ToldAt = at.Add(time.Second), at.Add(time.Minute), at.Add(2*time.Minute)
	third.DueAt, third.Fault, third.Words = viewstest.Now.Add(time.Minute), notice.Busy, "451 try again later"
	reminder, push := to(notice.Webhooks, "erp", ""), to(notice.Push, "k3v9", "mara")
	reminder.Topic, reminder.DueAt = notice.Topic{Kind: notice.Needed, Share: 50}, viewstest.Now.Add(time.Hour)
	first.Name, second.Name, third.Name, push.Name = "Mara Okafor", "Dana Fischer", "Lena Sato", "Mara Okafor"
	void := to(notice.Push, "k3v9", "mara")
	void.Topic = notice.Topic{Kind: notice.Void, Share: 2}
	dead := to(notice.Email, "legal@example.com", "")
	dead.Fault, dead.Words = notice.NoPlace, "550 no such user"
	given, taken := push, push
	given.Topic, taken.Topic = notice.Topic{Kind: notice.Assigned, Share: 1}, notice.Topic{Kind: notice.TakenOver, Share: 1}
	unknown, again := to(notice.Push, "k3v9", "mara"), to(notice.Push, "p4d1", "mara")
	unknown.Topic, again.Topic = notice.Topic{Kind: notice.Decided}, notice.Topic{Kind: notice.Decided}
	late, muted, held := to(notice.Slack, "#late", ""), to(notice.Slack, "#muted", ""), to(notice.Slack, "#held", "")
	late.Message, late.Fault, late.Words = "", notice.Busy, "452 too busy"
	muted.DueAt, muted.Held = viewstest.Now, notice.Pause{Until: viewstest.Now.Add(2 * time.Hour), Words: "the secret move"}
	held.DueAt, held.Held = viewstest.Now, notice.Pause{Until: viewstest.Now.Add(2 * time.Hour), Code: notice.Denied, Words: "invalid_auth"}
	many := make([]notice.Notice, 12)
	for i := range many {
		many[i] = to(notice.Slack, fmt.Sprint("U", i), fmt.Sprint(i))
		many[i].Name, many[i].Topic = fmt.Sprintf("Reviewer %02d", i), notice.Topic{Kind: notice.Attention}
	}
	m.Told = append(many, late, muted, held, unknown, again, dead, slack, first, second, third, reminder, push, void, given, taken)
	said := page()
	for _, want := range []string{
		"Slack, #finance waits for signatures", "told 12:51:03", "E-mail to Dana Fischer, Lena Sato and Mara Okafor waits", "2 told by 12:53:02; due 13:52:02; failed: 451 try again later",
		"Webhook, erp reminder at 50 % of the time", "due 14:51:02", "given up: 550 no such user", "not told, it failed: 452 too busy", "muted until 15:51:02", "held up: invalid_auth", "Web push to Mara Okafor waits", "Web push to 1 person outcome", "Slack to Reviewer 00, Reviewer 01,", "Reviewer 07 and 4 others needs an admin", "Web push to 1 person the reader's signature is void", "Web push to Mara Okafor assigned to the reader", "Web push to Mara Okafor not the reader's any more", "not told: it was over, opened or decided before",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if strings.Contains(strings.ReplaceAll(said, "legal@example.com", ""), "example.com") || strings.Contains(said, "k3v9") || strings.Contains(said, "secret move") {
		t.Errorf("an address is in %q", said)
	}
}
