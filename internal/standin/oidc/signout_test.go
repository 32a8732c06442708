package oidc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSignOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	_, tokens := r.redeem(t, r.choose(t, ask("scope", "openid offline_access"), "dana").Get("code"))
	hint, _ := tokens["id_token"].(string)
	r.ahead.Store(int64(time.Hour)) // the ID token has ended; as a hint it is good
	q := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://app.example/out"}, "state": {"bye"}}
	resp, _ := r.get(t, "/signout?"+q.Encode())
	if got := resp.Header.Get("Location"); got != "http://app.example/out?state=bye" {
		t.Errorf("redirect to %q", got)
	}
	refresh, _ := tokens["refresh_token"].(string)
	if status, _ := r.redeem(t, "", "grant_type", "refresh_token", "refresh_token", refresh); status != http.StatusBadRequest {
		t.Errorf("refresh after the sign-out: status %d, want 400", status)
	}
}

func TestSignOutWithoutAnAddress(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	for name, q := range map[string]url.Values{
		"None":      {},
		"Stranger":  {"client_id": {"app"}, "post_logout_redirect_uri": {"http://evil.example/"}},
		"NoClient":  {"post_logout_redirect_uri": {"http://app.example/out"}},
		"BadHint":   {"id_token_hint": {"x.y.z"}, "post_logout_redirect_uri": {"http://app.example/out"}},
		"OtherOnes": {"client_id": {"other"}, "post_logout_redirect_uri": {"http://app.example/out"}},
	} {
		resp, body := r.get(t, "/signout?"+q.Encode())
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, "You are signed out") {
			t.Errorf("%s: status %d to %q, want a page", name, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
	resp, _ := r.get(t, "/signout?"+url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {"http://app.example/out"}}.Encode())
	if got := resp.Header.Get("Location"); got != "http://app.example/out" {
		t.Errorf("with the client's ID in place of a hint: redirect to %q", got)
	}
}
