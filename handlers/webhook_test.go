package handlers_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// message is what the sender of the tests posts.
func message(title string) map[string]any {
	return map[string]any{
		"callbackId": callbackstest.NewCallbackID(), "title": title, "queue": "finance", "timeoutSeconds": 3600,
		"requester": "Ines Calloway <ines@example.com>",
		"payload":   map[string]any{"total": 1},
	}
}

// announce posts a signed message.
func (b *browser) announce(messageID string, body any) reply {
	b.t.Helper()
	document, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	signer, err := standardwebhooks.NewWebhook(webhookSecret)
	if err != nil {
		b.t.Fatal(err)
	}
	now := b.site.clock.Now()
	signature, err := signer.Sign(messageID, now, document)
	if err != nil {
		b.t.Fatal(err)
	}
	signed := &browser{t: b.t, site: b.site, client: b.client, header: http.Header{
		"Webhook-Id": {messageID}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {signature},
	}}
	return signed.do(http.MethodPost, "/webhooks/callbacks", "application/json", string(document))
}

func TestWebhook_Parallel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, body := s.visitor(), message("Refund $214.00 for order A-77092")
	var mu sync.Mutex
	statuses, bodies := map[int]int{}, map[string]int{}
	var posts sync.WaitGroup
	for i := range 50 {
		posts.Go(func() {
			a := b.announce("msg_"+strconv.Itoa(i), body)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
			bodies[a.body]++
		})
	}
	posts.Wait()
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusOK] != 49 || len(bodies) != 1 {
		t.Errorf("statuses %v, %d different bodies; want one 201, 49 200 and one body", statuses, len(bodies))
	}
	if page := s.as(rita).get("/"); strings.Count(page.text(t), "A-77092") == 0 {
		t.Error("the list does not show it")
	}
}

// TestWebhook_Repeated: a sender that missed the answer gets the same one again, whatever happened
// since.
func TestWebhook_Repeated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, body := s.visitor(), message("first")
	first := b.announce("msg_1", body)
	again := b.announce("msg_1", body)
	if first.status != http.StatusCreated || again.status != http.StatusCreated || first.body != again.body {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	if n := len(s.audit("")); n != 1 {
		t.Errorf("%d audit entries, want 1", n)
	}
	body["title"] = "second"
	if other := b.announce("msg_2", body); other.status != http.StatusConflict {
		t.Errorf("other content under the same callback ID: %d, want 409", other.status)
	}
}

// TestWebhook_ReusedID: a sender that names its messages by an order learns at once that the second
// approval is not recorded.
func TestWebhook_ReusedID(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, first, second := s.visitor(), message("first approval of the order"), message("second approval of the order")
	changed := maps.Clone(first)
	changed["title"] = "first approval, changed"
	if a := b.announce("order-17", first); a.status != http.StatusCreated {
		t.Fatalf("the first: %d %s", a.status, a.body)
	}
	for name, body := range map[string]map[string]any{"AnotherCallback": second, "OtherContent": changed} {
		if a := b.announce("order-17", body); a.status != http.StatusConflict || !strings.Contains(a.body, `"code":"reused_id"`) {
			t.Errorf("%s under the same webhook-id: %d %s; want 409 reused_id", name, a.status, a.body)
		}
	}
	if a := b.announce("order-17", first); a.status != http.StatusCreated {
		t.Errorf("the very same message again: %d %s, want its first answer", a.status, a.body)
	}
	if a := b.announce("order-17-second", second); a.status != http.StatusCreated {
		t.Errorf("the second under an ID of its own: %d %s", a.status, a.body)
	}
	if n := len(s.audit("")); n != 2 {
		t.Errorf("%d audit entries, want one for each that was taken", n)
	}
}

func TestWebhook_Problems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	bearer := func(header http.Header, contentType, body string) reply {
		c := &browser{t: t, site: s, client: b.client, header: header}
		return c.do(http.MethodPost, "/webhooks/callbacks", contentType, body)
	}
	good := http.Header{"Authorization": {"Bearer " + webhookToken}}
	for name, test := range map[string]struct {
		reply  reply
		status int
		code   string
	}{
		"NoCredentials": {bearer(nil, "application/json", "{}"), http.StatusUnauthorized, "no_credentials"},
		"WrongToken":    {bearer(http.Header{"Authorization": {"Bearer x"}}, "application/json", "{}"), http.StatusUnauthorized, "no_match"},
		"MediaType":     {bearer(good, "text/plain", "{}"), http.StatusUnsupportedMediaType, "media_type"},
		"TooLarge":      {bearer(good, "application/json", `"`+strings.Repeat("x", 1<<20)+`"`), http.StatusRequestEntityTooLarge, "too_large"},
		"Shape":         {bearer(good, "application/json", `{"callbackId":1}`), http.StatusUnprocessableEntity, "invalid"},
		"Values":        {bearer(good, "application/json", `{"callbackId":"AAAA","queue":"none"}`), http.StatusUnprocessableEntity, "invalid"},
	} {
		var problem struct{ Code string }
		decodeJSON(t, test.reply.body, &problem)
		if test.reply.status != test.status || problem.Code != test.code || test.reply.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, test.reply.status, test.reply.body)
		}
	}
	_ = s.store.Close()
	if a := b.announce("msg_1", message("x")); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("no database: %d %s", a.status, a.body)
	}
}

// TestWebhook_Limited: a source that floods is slowed down, and so is an address that guesses.
func TestWebhook_Limited(t *testing.T) {
	t.Parallel()
	s := newSite(t) // 100 at once
	b := s.visitor()
	body := message("x")
	for i := range 101 {
		want := http.StatusOK
		switch i {
		case 0:
			want = http.StatusCreated
		case 100:
			want = http.StatusTooManyRequests
		}
		if a := b.announce("msg_"+strconv.Itoa(i), body); a.status != want {
			t.Fatalf("message %d: %d, want %d", i, a.status, want)
		}
	}
	for i := range 101 {
		want := http.StatusUnauthorized
		if i == 100 {
			want = http.StatusTooManyRequests
		}
		if a := b.do(http.MethodPost, "/webhooks/callbacks", "application/json", "{}"); a.status != want {
			t.Fatalf("guess %d: %d, want %d", i, a.status, want)
		}
	}
}

// TestWebhook_Contested: whoever is refused because another source was first shows to operators,
// once.
func TestWebhook_Contested(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	id := s.receive(a).ID
	revision := func() int64 {
		c, err := s.store.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return int64(c.Revision)
	}
	was := revision()
	a.Title = "Another"
	for range 3 {
		_, err := s.service.Receive(t.Context(), desk.Source{Name: "payroll"}, "", a)
		if !errors.Is(err, callbacks.ErrDifferent) {
			t.Fatal(err)
		}
	}
	if _, err := s.service.Receive(t.Context(), desk.Source{Name: "expenses"}, "", a); !errors.Is(err, callbacks.ErrDifferent) {
		t.Fatal(err)
	}
	if got := s.audit(id); len(got) != 2 || got[0] != callbacks.ActionContested {
		t.Errorf("audit %v, want it contested once", got)
	}
	if revision() != was {
		t.Error("it made pages stale")
	}
	if page := s.as(adam).get("/audit?system=1").text(t); !strings.Contains(page, "announced by another source") || !strings.Contains(page, "payroll") {
		t.Error("the audit page does not show it")
	}
	// The one of the site is called expenses.
	body := message("x")
	body["callbackId"] = "Y29udGVzdGVk"
	stolen := expense()
	stolen.CallbackID = "Y29udGVzdGVk"
	if _, err := s.service.Receive(t.Context(), desk.Source{Name: "thief"}, "", stolen); err != nil {
		t.Fatal(err)
	}
	if a := s.visitor().announce("msg_1", body); a.status != http.StatusConflict || strings.Contains(a.body, "thief") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if metrics := s.metrics(); !strings.Contains(metrics, "countersign_announcements_contested_total 1") {
		t.Error("it is not counted")
	}
	if !strings.Contains(s.log.String(), "another source announced the callback first") {
		t.Error("it is not logged")
	}
}
