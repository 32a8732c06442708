package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/standin/receiver"
)

// TestChannels: a webhook that fails stands on the page in words. An admin tries it again, tests it,
// and mutes it with a reason, without scripts too.
func TestChannels(t *testing.T) {
	t.Parallel()
	var events atomic.Pointer[receiver.Receiver] // takes events, once it is there
	arrived := newRecord[int]()                  // statuses
	hooks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		taker := events.Load()
		if taker == nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			arrived.add(http.StatusServiceUnavailable)
			return
		}
		taker.ServeHTTP(w, r)
		arrived.add(http.StatusNoContent)
	}))
	t.Cleanup(hooks.Close)
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] = deskFile + "channels: {webhooks: {erp-bridge: {url: " + hooks.URL + ", secrets: [{file: webhook-secret}]}}}\n"
	})
	w.ask(t, expense())
	arrived.await(t, 20*time.Second, "an event", func(status int) bool { return status == http.StatusServiceUnavailable })

	aiko := w.signIn(t, "aiko")
	aiko.until(channelShows("Fails since"))
	aiko.open("/admin/channels")
	aiko.reads(`[data-channel="webhooks:erp-bridge"]`, "Webhook erp-bridge", "Fails since", "answers 503 Service Unavailable: not ready", "Try again")
	aiko.reads(`.rail a[href="/admin/channels"]`, "Channels", "1")
	aiko.reads(".advice", "asks to come again")
	aiko.inspect("channels")

	taker, err := receiver.New(w.secret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	events.Store(taker)
	aiko.submit(`[data-channel="webhooks:erp-bridge"] form[action="/admin/channels/retry"] button`)
	arrived.await(t, 20*time.Second, "the event again", func(status int) bool { return status == http.StatusNoContent })
	if all := taker.Events(); len(all) != 1 || all[0].Verified != 1 {
		t.Errorf("the receiver has %d events", len(all))
	}
	aiko.until(channelShows("Works"))
	aiko.runScripts(false)
	aiko.open("/admin/channels")
	aiko.submit(`form[action="/admin/channels/test"] button`)
	aiko.reads(`[data-testid="tested"]`, "The test was sent.")
	aiko.inspect("channels-tested")

	aiko.submit("#mute button")
	aiko.reads("#mute-fault", "Say why")
	aiko.fill("#mute-reason", quote("the ERP moves today"))
	aiko.submit("#mute button")
	aiko.reads(`[data-channel="webhooks:erp-bridge"]`, "Muted until", "Aiko", "the ERP moves today", "End mute")
	aiko.submit(`form[action="/admin/channels/resume"] button`)
	aiko.reads(`[data-channel="webhooks:erp-bridge"]`, "Works", "Test")
}

// channelShows is true once the page of channels says something. The worker records an attempt after
// its answer.
func channelShows(words string) string {
	return `(fetch("/admin/channels").then(r => r.text()).then(t => { window.shown = t.includes("` + words + `") }), window.shown === true)`
}
