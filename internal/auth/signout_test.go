package auth_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/auth"
	"countersign/internal/devidp"
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

func TestLongIDTokenIsNoHint(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.GroupsClaim = "many" })
	b := r.browser(t)
	user := dana
	user.Claims = map[string]any{"many": strings.Split(strings.Repeat("group,", 2000), ",")}
	r.SetUsers([]devidp.User{user})
	if p := b.mustSignIn(); len(p.Groups) != 1000 {
		t.Errorf("%d groups are kept, want 1000", len(p.Groups))
	}
	if target := b.next(b.do(http.MethodPost, "/auth/logout", nil)); strings.Contains(target, "id_token_hint") || len(target) > 500 {
		t.Errorf("an address of %d bytes", len(target))
	}
}
