package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/tracing/tracingtest"
)

// TestTraces: a collector hears of pages, announcements and deliveries, and of nothing secret.
// Streams go on as without it.
func TestTraces(t *testing.T) {
	t.Parallel()
	collector := tracingtest.NewCollector(t)
	r := newRig(t, freeAddress(t))
	settings := r.settings(sqlstoretest.NewDatabase(t), r.lambda(nil))
	settings["TRACE_ENDPOINT"] = collector.URL
	one := openAlone(t, settings, deskOptions{})
	v := r.signIn(t, mara)
	events := v.stream(one.url)
	o := r.ask(30)
	id := r.announce(one.url, o, callbacks.KeepAliveQueued)
	if got, want := await(t, events, "an event"), `{"callback":"`+string(id)+`"}`; got != want {
		t.Errorf("the page is told %s, want %s", got, want)
	}
	await(t, r.beats, "a heartbeat")
	if page := v.get(one.url + "/?q=private"); page.StatusCode != http.StatusOK {
		t.Errorf("the inbox answers %s", page.Status)
	}
	if status := v.decide(one.url, id, "approve"); status != http.StatusSeeOther {
		t.Fatalf("the decision is answered with %d", status)
	}
	await(t, r.settled, "the decision at Lambda")
	one.stop()
	if err := await(t, one.ended, "the end of the desk"); err != nil {
		t.Errorf("the desk ended with %v", err)
	}
	one.closeTracing()

	for _, name := range []string{"GET /", "POST /webhooks/callbacks", "POST /callbacks/:id/decision", "deliver", "heartbeat", "HTTP POST"} {
		if !slices.Contains(collector.Names(), name) {
			t.Errorf("there is no span %q among %v", name, collector.Names())
		}
	}
	delivered, decided := collector.Spans("deliver"), collector.Spans("POST /callbacks/:id/decision")
	if len(delivered) != 1 || len(decided) != 1 || !slices.Contains(delivered[0].Links, decided[0].Trace) || delivered[0].Attributes["countersign.answer"] != "accepted" {
		t.Errorf("the delivery %+v does not belong to the decision %+v", delivered, decided)
	}
	secrets := []string{o.CallbackID, url.PathEscape(o.CallbackID), rigToken, rigSecret, "As agreed", "private", "Mara", "mara"}
	for _, cookie := range v.client.Jar.Cookies(mustParse(t, one.url)) {
		secrets = append(secrets, cookie.Value)
	}
	for _, secret := range secrets {
		if strings.Contains(collector.Wire(), secret) {
			t.Errorf("%q was told", secret)
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
