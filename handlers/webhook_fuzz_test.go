package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/ratelimit"
)

// FuzzWebhooks: whatever a sender posts who has proved who he is, by each of the three ways in, he
// is answered as documented, and what is taken can be shown.
func FuzzWebhooks(f *testing.F) {
	sns := newSNSSigner(f)
	s := sns.site(withEventBridge(f), func(c *config) {
		c.webhooks.Limit = ratelimit.New(1_000_000, 1_000_000) // not what is tried
	})
	anybody, admin := s.visitor(), s.as(adam)
	var messages atomic.Int64

	f.Add(byte(0), announcementText(f, "x"))
	f.Add(byte(1), announcementText(f, "Refund <b>$214.00</b>"))
	f.Add(byte(2), statusChange("arn", "STOPPED", s.clock.Now()))
	for way := range byte(3) {
		f.Add(way, `{"callbackId":"QUJD","title":"x","queue":"finance","description":"# x\n[a](javascript:b)","payload":{"a":[[{"b":null}]]},"startedAt":"9999-12-31T23:59:59-23:59"}`)
		f.Add(way, `{"callbackId":"QUI=","title":"\u202ex","queue":"finance","timeoutSeconds":99999999,"outcomes":[{"name":"a","label":"\u202e","kind":"failure"}]}`)
		f.Add(way, "{\"callbackId\":\"\xff\",\"id\":1e400}")
		f.Add(way, strings.Repeat("[", 20_000))
	}
	f.Fuzz(func(t *testing.T, way byte, body string) {
		b := &browser{t: t, site: s, client: anybody.client, header: http.Header{"Authorization": {"Bearer " + webhookToken}}}
		var a reply
		switch way % 3 {
		case 0:
			a = b.do(http.MethodPost, "/webhooks/callbacks", "application/json", body)
		case 1:
			signer := &snsSigner{t: t, key: sns.key, cert: sns.cert}
			id := fmt.Sprintf("22b80b92-fdea-4c2c-8f9d-%012d", messages.Add(1))
			a = b.publish(signer.signed(s.clock.Now(), "MessageId", id, "Message", strings.ToValidUTF8(body, "?")))
		case 2:
			a = b.postEvent(eventKey, body)
		}
		switch {
		case a.status >= http.StatusInternalServerError,
			a.status >= http.StatusBadRequest && a.header.Get("Content-Type") != "application/problem+json":
			t.Errorf("%d %s %s", a.status, a.header.Get("Content-Type"), a.body)
		case a.status == http.StatusCreated:
			var receipt struct{ ID callbacks.ID }
			if err := json.Unmarshal([]byte(a.body), &receipt); err != nil {
				t.Fatal(err)
			}
			reader := &browser{t: t, site: s, client: admin.client, header: http.Header{}}
			if page := reader.get("/callbacks/" + string(receipt.ID)); page.status != http.StatusOK {
				t.Errorf("the page of what was taken: %d %s", page.status, page.body)
			}
		}
	})
}
