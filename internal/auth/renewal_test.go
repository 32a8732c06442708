package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

var offline = []string{"openid", "profile", "email", "offline_access"}

// newRenewingRig reads the groups again every 15 minutes.
func newRenewingRig(t *testing.T) (*rig, *browser) {
	t.Helper()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = offline; cfg.RenewAfter = 15 * time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	return r, b
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	moved := dana
	moved.Name, moved.Groups = "Dana Reyes", []string{"operators"}
	r.SetUsers([]oidc.User{moved})
	r.pass(14 * time.Minute)
	if p, _ := b.person(); p.Name != dana.Name {
		t.Errorf("name %q before the renewal is due", p.Name)
	}
	r.pass(time.Minute)
	p, ok := b.person()
	if !ok || p.Name != moved.Name || !slices.Equal(p.Groups, moved.Groups) || !p.Roles.Admin || p.Roles.Reviewer {
		t.Errorf("signed in: %v, %+v, want the groups of now", ok, p)
	}
	// Refresh tokens rotate: the next renewal needs the one that came with this one.
	r.SetUsers([]oidc.User{dana})
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || p.Name != dana.Name {
		t.Errorf("signed in: %v, %+v after a second renewal", ok, p)
	}
}

// TestRenewalOnce lets one request renew the session between another's reading of it and what that
// one does about it.
func TestRenewalOnce(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.pass(15 * time.Minute)
	before := r.wire.requests.Load()
	other := func() { b.person() }
	r.store.afterFind.Store(&other)
	if _, ok := b.person(); !ok {
		t.Error("signed out by a request beside")
	}
	if n := r.wire.requests.Load() - before; n != 1 {
		t.Errorf("%d renewals, want 1", n)
	}
}

func TestRenewalRefused(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	r.pass(15 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in although the provider refused")
	}
	if got := b.cookie("countersign"); got != "" {
		t.Errorf("the cookie %q stays", got)
	}
	if got := r.actions(); len(got) != 2 || !strings.HasPrefix(got[1], "person dana session.signed_out: Signed out: the provider refused") {
		t.Errorf("audit %q", got)
	}
}

func TestRenewalForAnotherSubject(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	impostor := dana
	impostor.Claims = map[string]any{"sub": "mallory"}
	r.SetUsers([]oidc.User{impostor})
	r.pass(15 * time.Minute)
	if p, ok := b.person(); ok {
		t.Errorf("signed in as %s", p.Subject)
	}
}

func TestRenewalWithoutIDToken(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.wire.answerInPlace("/token", http.StatusOK, `{"access_token":"a","token_type":"Bearer"}`)
	r.pass(15 * time.Minute)
	if _, ok := b.person(); ok { // userinfo refuses the made-up access token
		t.Error("signed in although nobody told the groups")
	}
}

func TestRenewalWithABadIDToken(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.Misbehave(oidc.Faults{Audience: "another"})
	r.pass(15 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in by an ID token for somebody else")
	}
}

func TestRenewalWhileTheProviderIsDown(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.wire.cut.Store(true)
	r.pass(15 * time.Minute)
	before := r.wire.requests.Load()
	for range 5 {
		if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) {
			t.Fatalf("signed in: %v, %+v: an outage has to leave the session as it is", ok, p)
		}
	}
	if n := r.wire.requests.Load() - before; n != 1 {
		t.Errorf("%d requests to a provider that is down, want 1 a minute", n)
	}
	if !strings.Contains(r.log.String(), "groups were not renewed") {
		t.Errorf("the log says nothing: %q", r.log)
	}
	r.wire.cut.Store(false)
	moved := dana
	moved.Groups = []string{"audit"}
	r.SetUsers([]oidc.User{moved})
	r.pass(time.Minute)
	if p, ok := b.person(); !ok || !p.Roles.Auditor {
		t.Errorf("signed in: %v, %+v after the outage", ok, p)
	}
}

// TestRenewalRefusesTheDesk: what an operator has to mend is no word about the person. Once it is
// mended the session is renewed.
func TestRenewalRefusesTheDesk(t *testing.T) {
	t.Parallel()
	for fault, reply := range map[auth.Fault]struct {
		status int
		body   string
	}{
		auth.FaultClient:       {http.StatusUnauthorized, `{"error":"invalid_client"}`},
		auth.FaultClientMethod: {http.StatusUnauthorized, `{"error":"invalid_client","error_description":"client_assertion is missing"}`},
		auth.FaultScope:        {http.StatusBadRequest, `{"error":"invalid_scope"}`},
		auth.FaultEncrypted:    {http.StatusOK, `{"access_token":"a","token_type":"Bearer","id_token":"a.b.c.d.e"}`},
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			r, b := newRenewingRig(t)
			r.wire.answerInPlace("/token", reply.status, reply.body)
			r.pass(15 * time.Minute)
			if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) {
				t.Fatalf("signed in: %v, %+v", ok, p)
			}
			if log := r.log.String(); !strings.Contains(log, "groups were not renewed") || !strings.Contains(log, "fault="+string(fault)) {
				t.Errorf("the log does not name %s: %q", fault, log)
			}
			r.wire.reply(nil)
			moved := dana
			moved.Groups = []string{"audit"}
			r.SetUsers([]oidc.User{moved})
			r.pass(time.Minute)
			if p, ok := b.person(); !ok || !p.Roles.Auditor {
				t.Errorf("signed in: %v, %+v once it is mended", ok, p)
			}
		})
	}
}

// TestRenewalCutShort loses an answer after the refresh token was spent. The next renewal has to
// bring its successor, for the provider takes a token once.
func TestRenewalCutShort(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.Misbehave(oidc.Faults{Lean: true})
	r.wire.answerInPlace("/userinfo", http.StatusServiceUnavailable, "")
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) {
		t.Fatalf("signed in: %v, %+v while userinfo is away", ok, p)
	}
	r.wire.reply(nil)
	r.Misbehave(oidc.Faults{})
	moved := dana
	moved.Groups = []string{"audit"}
	r.SetUsers([]oidc.User{moved})
	r.pass(time.Minute)
	if p, ok := b.person(); !ok || !p.Roles.Auditor {
		t.Errorf("signed in: %v, %+v afterwards", ok, p)
	}
}

// TestRenewalAnswers: a session ends where the provider says by a code of its own that it does not
// vouch for the person, and by nothing else that stands in its place.
func TestRenewalAnswers(t *testing.T) {
	t.Parallel()
	const page = "<html>We are mending something"
	for name, c := range map[string]struct {
		status int
		body   string
		goesOn bool
	}{
		"Page":        {http.StatusOK, page, true},
		"Firewall":    {http.StatusForbidden, page, true},
		"Elsewhere":   {http.StatusTemporaryRedirect, "", true},
		"Gone":        {http.StatusNotFound, page, true},
		"EmptyObject": {http.StatusOK, "{}", true},
		"InTrouble":   {http.StatusBadRequest, `{"error":"temporarily_unavailable"}`, true},
		"GrantClosed": {http.StatusBadRequest, `{"error":"unsupported_grant_type"}`, true},
		"Grant":       {http.StatusBadRequest, `{"error":"invalid_grant"}`, false},
		"Blocked":     {http.StatusForbidden, `{"error":"unauthorized","error_description":"user is blocked"}`, false},
		"AskPerson":   {http.StatusBadRequest, `{"error":"interaction_required"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, b := newRenewingRig(t)
			r.wire.answerInPlace("/token", c.status, c.body)
			r.pass(15 * time.Minute)
			if _, ok := b.person(); ok != c.goesOn {
				t.Errorf("signed in: %v; log: %s", ok, r.log)
			}
		})
	}
}

func TestNoRenewalWithoutARefreshToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.RenewAfter = time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	r.pass(30 * time.Minute)
	if _, ok := b.person(); !ok {
		t.Error("signed out, though there is nothing to renew with")
	}
}

// TestRenewalByTwoReplicas: another process reads the groups again between this one's reading of
// the session and its lease. A refresh token that was sent twice counts as stolen, and would end
// the session.
func TestRenewalByTwoReplicas(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	var refreshes atomic.Int64
	r.wire.reply(func(req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, "/token") {
			refreshes.Add(1)
		}
		return nil
	})
	between := func() {
		r.restart(t) // the request under way stays with the process that it came to
		b.person()
	}
	leasing := func() { r.store.afterFind.Store(&between) }
	r.store.afterFind.Store(&leasing)
	for range 2 { // the second time with what the first one stored
		r.pass(15 * time.Minute)
		if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(r.now()) {
			t.Fatalf("signed in: %v, %+v", ok, p)
		}
	}
	if n := refreshes.Load(); n != 2 {
		t.Errorf("%d refreshes, want 1 each time", n)
	}
}

// TestTouchByAnotherReplica: one that read the session before it was renewed writes nothing over
// the refresh token that came.
func TestTouchByAnotherReplica(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.pass(14*time.Minute + 30*time.Second)
	between := func() {
		r.pass(30 * time.Second)
		r.restart(t)
		b.person()
	}
	touching := func() { r.store.afterFind.Store(&between) }
	r.store.afterFind.Store(&touching)
	b.person()
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}
