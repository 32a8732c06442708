package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/handlers/notices"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/views/admin"

	"github.com/PuerkitoBio/goquery"
)

// toldSite is a site with channels, of which a webhook fails.
func toldSite(t *testing.T, send func(channel, place string) error) (s *site, changes *int) {
	t.Helper()
	changes = new(int)
	s = newSite(t, func(c *config) {
		c.Notices = notices.New(notices.Config{
			Reports: c.Notices.Reports, Now: c.Now, Changed: func() { *changes++ },
			Channels: []admin.Channel{
				{Name: notice.Slack, Says: "2 channels of groups", Places: []string{"#finance", "#ops"}},
				{Name: notice.Webhooks, Place: "erp", Says: "https://erp.example.com", Places: []string{"erp"}},
			},
			Send: func(_ context.Context, channel, place string) error { return send(channel, place) },
		})
	})
	return s, changes
}

// failWebhook records a request that webhook erp did not take.
func (s *site) failWebhook() callbacks.ID {
	s.t.Helper()
	s.store.Tell(true)
	id := s.receive(expense()).ID
	ctx, store, now := s.t.Context(), s.store.Notices(), s.clock.Now().Add(notice.Settling)
	changes, err := store.ClaimChanges(ctx, now, now, 1)
	callbackstest.Must(s.t, err)
	callbackstest.Must(s.t, store.Plan(ctx, changes[0], notice.Plan{Notices: []notice.Planned{{
		Target: notice.Target{Channel: notice.Webhooks, Place: "erp"}, Topic: notice.Topic{Kind: notice.MaySign}, Due: now, Gathering: notice.Alone,
	}}}, now))
	work, err := store.ClaimMessages(ctx, now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 1, nil)
	callbackstest.Must(s.t, err)
	callbackstest.Must(s.t, store.Finish(ctx, work[0], notice.Result{
		Fault: &notice.Fault{Code: notice.Busy, Words: "answers 503: <b>not ready</b>"}, DueAt: now.Add(5 * time.Hour),
	}, now))
	s.clock.Advance(time.Minute)
	return id
}

// TestChannels: an admin sees what fails, tries again, mutes with a reason, and ends that.
func TestChannels(t *testing.T) {
	t.Parallel()
	s, changes := toldSite(t, nil)
	id := s.failWebhook()
	b := s.as(adam)
	page := b.get("/admin/channels")
	row := spoken(page.document(t).Find(`tr[data-channel="webhooks:erp"]`))
	if !strings.Contains(row, "Fails since") || !strings.Contains(row, "answers 503: <b>not ready</b>; try 2 is at") || page.document(t).Find("td b").Length() > 0 {
		t.Errorf("the row says %q", row)
	}
	if n := spoken(page.document(t).Find(`.nav a[href="/admin/channels"] .n`)); n != "1" {
		t.Errorf("the navigation counts %q", n)
	}
	must(t, b.post("/admin/channels/retry", url.Values{"channel": {"webhooks:erp"}}), http.StatusSeeOther)
	work, err := s.store.Notices().ClaimMessages(t.Context(), s.clock.Now(), callbacks.Lease{Owner: "w", Until: s.clock.Now().Add(time.Minute)}, 1, nil)
	if err != nil || len(work) != 1 || *changes != 1 {
		t.Errorf("%d messages are due, %v", len(work), err)
	}

	empty := must(t, b.post("/admin/channels/mute", url.Values{"channel": {"slack:"}, "hours": {"4"}, "reason": {" "}}), http.StatusUnprocessableEntity)
	if said := spoken(empty.document(t).Find("#mute-fault")); !strings.Contains(said, "Say why") || empty.document(t).Find(`#mute-hours option[selected]`).AttrOr("value", "") != "4" {
		t.Errorf("a mute without a reason: %q", said)
	}
	must(t, b.post("/admin/channels/mute", url.Values{"channel": {"slack:"}, "hours": {"48"}, "reason": {"x"}}), http.StatusUnprocessableEntity)
	must(t, b.post("/admin/channels/mute", url.Values{"channel": {"slack:"}, "hours": {"4"}, "reason": {"tenant <i>moves</i>"}}), http.StatusSeeOther)
	if row := spoken(b.get("/admin/channels").document(t).Find(`tr[data-channel="slack:"]`)); !strings.Contains(row, "Muted until") || !strings.Contains(row, "tenant <i>moves</i>") || !strings.Contains(row, "Adam") {
		t.Errorf("the muted row says %q", row)
	}
	must(t, b.post("/admin/channels/resume", url.Values{"channel": {"slack:"}}), http.StatusSeeOther)
	if row := spoken(b.get("/admin/channels").document(t).Find(`tr[data-channel="slack:"]`)); strings.Contains(row, "Muted") {
		t.Errorf("the row says %q after the end", row)
	}
	open := spoken(s.as(rita).get("/callbacks/" + string(id)).document(t).Find("#told"))
	if !strings.Contains(open, "Webhook, erp waits for signatures") || !strings.Contains(open, "failed: answers 503: <b>not ready</b>") {
		t.Errorf("the page of the callback says %q", open)
	}
	// Auditors see all of it and change nothing.
	if page := s.as(audrey).get("/admin/channels"); page.document(t).Find("main form").Length() > 0 || page.document(t).Find("tr[data-channel]").Length() != 2 {
		t.Error("an auditor sees forms, or no rows")
	}
}

// TestChannelsTest: a test goes to a place of the configuration and to no other.
func TestChannelsTest(t *testing.T) {
	t.Parallel()
	var sent []string
	s, _ := toldSite(t, func(channel, place string) error {
		sent = append(sent, channel+" "+place)
		switch place {
		case "#ops":
			return &notice.Fault{Code: notice.NoPlace, Words: "is_archived"}
		case "erp":
			return errors.New("broken")
		}
		return nil
	})
	b := s.as(adam)
	test := func(channel, place string, status int) string {
		t.Helper()
		return spoken(must(t, b.post("/admin/channels/test", url.Values{"channel": {channel}, "place": {place}}), status).document(t).Find(`[data-testid="tested"]`))
	}
	if said := test("slack:", "#finance", http.StatusOK); !strings.Contains(said, "The test was sent.") {
		t.Errorf("a test says %q", said)
	}
	if said := test("slack:", "#ops", http.StatusOK); !strings.Contains(said, "is_archived") {
		t.Errorf("a test that was not taken says %q", said)
	}
	test("slack:", "#board", http.StatusNotFound)
	test("slack:", "erp", http.StatusNotFound)
	test("webhooks:erp", "erp", http.StatusInternalServerError)
	if got := strings.Join(sent, ", "); got != "slack #finance, slack #ops, webhooks erp" {
		t.Errorf("sent to %s", got)
	}
}

// TestChannels_None: without channels the page says how to configure some.
func TestChannels_None(t *testing.T) {
	t.Parallel()
	page := newSite(t).as(adam).get("/admin/channels").document(t)
	if said := spoken(page.Find("main .empty")); !strings.Contains(said, "Nobody is told") || page.Find("main form").Length() > 0 {
		t.Errorf("the page says %q", said)
	}
}

// must is the reply itself, which has a status.
func must(t *testing.T, r reply, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("%d, want %d: %.300s", r.status, status, r.body)
	}
	return r
}

// spoken is the text of elements with single spaces.
func spoken(found *goquery.Selection) string { return strings.Join(strings.Fields(found.Text()), " ") }
