package auth_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

func TestSignOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	token := b.cookie("countersign")
	target := b.next(b.do(http.MethodPost, "/auth/logout", nil))
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); !strings.HasPrefix(target, r.issuer+"/signout?") || q.Get("client_id") != "countersign" ||
		q.Get("post_logout_redirect_uri") != r.origin+"/signin" || strings.Count(q.Get("id_token_hint"), ".") != 2 {
		t.Errorf("goes on to %s", target)
	}
	if r.store.there(t, token) || b.cookie("countersign") != "" {
		t.Errorf("row there: %v, cookie %q", r.store.there(t, token), b.cookie("countersign"))
	}
	if _, ok := b.person(); ok {
		t.Error("signed in after the sign-out")
	}
	if got := b.next(b.get(target)); got != r.origin+"/signin?state=signed_out" {
		t.Errorf("the provider sends on to %s: it did not take our request", got)
	}
	if got := r.actions(); len(got) != 2 || got[1] != "person dana session.signed_out: Signed out." {
		t.Errorf("audit %q", got)
	}
}

func TestSignOutTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	if got := b.next(b.do(http.MethodPost, "/auth/logout", nil)); got != r.origin+"/signin" {
		t.Errorf("somebody who is not signed in goes on to %s", got)
	}
	if got := r.actions(); len(got) != 0 {
		t.Errorf("audit %q", got)
	}
}

func TestSignOutWhileTheProviderIsDown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.restart(t)
	r.wire.cut.Store(true)
	if got := b.next(b.do(http.MethodPost, "/auth/logout", nil)); got != r.origin+"/signin" {
		t.Errorf("goes on to %s", got)
	}
	if _, ok := b.person(); ok {
		t.Error("signed in after the sign-out")
	}
}

func TestSignOutAtAProviderWithoutOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.restart(t)
	r.wire.answerInPlace("/openid-configuration", http.StatusOK, `{"issuer":"`+r.issuer+`"}`)
	if got := b.next(b.do(http.MethodPost, "/auth/logout", nil)); got != r.origin+"/signin" {
		t.Errorf("goes on to %s", got)
	}
}

func TestNoAuditNoSignOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.failRecording(errors.New("disk full"))
	if a := b.do(http.MethodPost, "/auth/logout", nil); a.kind() != "other" {
		t.Errorf("status %d: %s", a.StatusCode, a.text)
	}
	if _, ok := b.person(); !ok {
		t.Error("signed out without an audit entry")
	}
}

// TestLongIDTokenIsNoHint: the hint goes along as long as the address fits into a request line of 4
// KiB, and the address brings the person back without it as well.
func TestLongIDTokenIsNoHint(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.GroupsClaim = "many" })
	for groups, hinted := range map[int]bool{1: true, 200: true, 500: false, 2000: false} {
		b := r.browser(t)
		user := dana
		user.Claims = map[string]any{"many": strings.Split(strings.Repeat("group,", groups), ",")}
		r.SetUsers([]oidc.User{user})
		if p := b.mustSignIn(); len(p.Groups) != min(groups+1, 1000) {
			t.Errorf("%d groups are kept of %d, want at most 1000", len(p.Groups), groups+1)
		}
		target := b.next(b.do(http.MethodPost, "/auth/logout", nil))
		if strings.Contains(target, "id_token_hint") != hinted || len(target) > 4000 {
			t.Errorf("%d groups: hint wanted: %v, an address of %d bytes", groups, hinted, len(target))
		}
		if got := b.next(b.get(target)); got != r.origin+"/signin?state=signed_out" {
			t.Errorf("%d groups: the provider sends on to %s", groups, got)
		}
	}
}

// TestSignOutURL: the operator's address counts before the provider's, and needs no discovery.
func TestSignOutURL(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) {
		cfg.SignOutURL = "https://login.example.com/logout?client_id={client_id}&logout_uri={return_to}&x=a%20b"
	})
	b := r.browser(t)
	b.mustSignIn()
	r.restart(t)
	r.wire.cut.Store(true)
	want := "https://login.example.com/logout?client_id=countersign&logout_uri=" + url.QueryEscape(r.origin+"/signin") + "&x=a%20b"
	if got := b.next(b.do(http.MethodPost, "/auth/logout", nil)); got != want {
		t.Errorf("goes on to %s, want %s", got, want)
	}
}

func TestSignOutURLIsChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, address := range []string{"http://login.example.com/logout", "/logout", "javascript:alert(1)"} {
		cfg := r.cfg
		cfg.SignOutURL = address
		if _, err := auth.New(cfg); err == nil || !strings.Contains(err.Error(), "sign-out URL") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
