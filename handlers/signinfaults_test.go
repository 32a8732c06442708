package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestSignIn_ProviderStops: the provider was there, and is away when somebody opens the page. They
// read so on a page of ours, and the button does not lead to the browser's own.
func TestSignIn_ProviderStops(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(rita)
	away := http.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	s.instead.Store(&away)
	s.clock.Advance(5 * time.Second)
	b := s.visitor()
	if a := b.get("/signin?return=/%3Fscope%3Dmine"); a.status != http.StatusOK || !strings.Contains(a.text(t), "Example ID does not answer.") {
		t.Errorf("%d %s", a.status, a.text(t))
	}
	a := b.post("/auth/login", url.Values{"return": {"/?scope=mine"}})
	if a.status != http.StatusServiceUnavailable || a.header.Get("Refresh") != "" || !strings.Contains(a.text(t), "Example ID does not answer.") {
		t.Errorf("%d, leads to %q: %s", a.status, a.header.Get("Refresh"), a.text(t))
	}
	if again := a.document(t).Find("[name=return]").AttrOr("value", ""); again != "/?scope=mine" {
		t.Errorf("the next try would return to %q", again)
	}
	s.instead.Store(nil)
	s.clock.Advance(5 * time.Second)
	if a := b.get("/signin"); strings.Contains(a.text(t), "does not answer") {
		t.Errorf("it answers again: %s", a.text(t))
	}
}

// TestSignIn_Faults: what only an operator can mend is one sentence for the person, and has its
// cause and remedy in the log.
func TestSignIn_Faults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply, page, log string
	}{
		"Encrypted":    {`{"access_token":"at","token_type":"Bearer","id_token":"a.b.c.d.e"}`, "answers in a form that this desk cannot read", "Turn encryption of ID tokens off"},
		"NoIDToken":    {`{"access_token":"at","token_type":"Bearer"}`, "does not say who you are", "the answer has no ID token"},
		"ClientMethod": {`{"error":"invalid_client","error_description":"private_key_jwt is required"}`, "does not accept this desk", "does not accept a client secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.visitor()
			address := refreshTarget(t, b.post("/auth/login", nil))
			form := b.get(address).document(t).Find("form").AttrOr("action", "")
			back := b.post(resolve(t, address, form), url.Values{"subject": {rita}})
			reply := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if strings.Contains(test.reply, "error") {
					w.WriteHeader(http.StatusBadRequest)
				}
				_, _ = w.Write([]byte(test.reply))
			}))
			s.instead.Store(&reply)
			a := b.get(back.header.Get("Location"))
			if a.status != http.StatusBadGateway || !strings.Contains(a.text(t), test.page) || strings.Contains(a.text(t), "token") {
				t.Errorf("%d %s", a.status, a.text(t))
			}
			if log := s.log.String(); !strings.Contains(log, test.log) {
				t.Errorf("log: %s", log)
			}
		})
	}
}

// TestSignIn_PushedOnly: nobody is sent to a provider that would refuse them there.
func TestSignIn_PushedOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	document := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		issuer := "http://" + r.Host
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": issuer, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/jwks",
			"require_pushed_authorization_requests": true,
		})
	}))
	s.instead.Store(&document)
	b := s.visitor()
	for _, a := range []reply{b.get("/signin"), b.post("/auth/login", nil)} {
		if !strings.Contains(a.text(t), "requires a kind of request that this desk does not support") || a.header.Get("Refresh") != "" {
			t.Errorf("%d %s", a.status, a.text(t))
		}
	}
	if log := s.log.String(); !strings.Contains(log, "pushed authorization requests (PAR)") {
		t.Errorf("log: %s", log)
	}
}
