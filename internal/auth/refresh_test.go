package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

// silence is a provider whose refreshes bring no ID token and whose userinfo names no groups.
var silence = map[string]func(map[string]any){"/token": without("id_token"), "/userinfo": without("groups")}

// TestRefreshWithoutIDToken: userinfo tells what became of the groups.
func TestRefreshWithoutIDToken(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.wire.edit(t, map[string]func(map[string]any){"/token": without("id_token")})
	moved := dana
	moved.Groups = []string{"operators"}
	r.SetUsers([]oidc.User{moved})
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !slices.Equal(p.Groups, moved.Groups) || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}

// TestRefreshThatTellsNothing: the provider vouches for the person and names no groups as it does
// at a sign-in. Those it named grow old, the log says why, and its refresh tokens go on being used.
func TestRefreshThatTellsNothing(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	read := r.now()
	r.wire.edit(t, silence)
	for range 3 {
		r.pass(15 * time.Minute)
		if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) || !p.GroupsReadAt.Equal(read) {
			t.Fatalf("signed in: %v, %+v", ok, p)
		}
	}
	if n := strings.Count(r.log.String(), "sends them again only at the next sign-in"); n != 3 {
		t.Errorf("the log says it %d times: %q", n, r.log)
	}
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	r.pass(15 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in although the provider refused")
	}
}

// TestRefreshWithoutUserinfo: neither an ID token nor a place to ask.
func TestRefreshWithoutUserinfo(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	read := r.now()
	r.restart(t)
	r.wire.edit(t, map[string]func(map[string]any){"/token": without("id_token"), "/openid-configuration": without("userinfo_endpoint")})
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) || !p.GroupsReadAt.Equal(read) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}

// TestRefreshSaysNoGroupsAnyMore: silence of what named the groups at the sign-in means that there
// are none, and the log says whose role that took.
func TestRefreshSaysNoGroupsAnyMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults oidc.Faults
		edits  map[string]func(map[string]any)
	}{
		"InUserinfo":   {oidc.Faults{Lean: true}, silence},
		"InTheIDToken": {oidc.Faults{Lean: true}, map[string]func(map[string]any){"/userinfo": without("groups")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = offline; cfg.RenewAfter = 15 * time.Minute })
			if name == "InUserinfo" {
				r.Misbehave(c.faults)
			}
			b := r.browser(t)
			if p := b.mustSignIn(); !p.Roles.Reviewer {
				t.Fatalf("signed in as %+v", p)
			}
			r.Misbehave(c.faults)
			r.wire.edit(t, c.edits)
			r.pass(15 * time.Minute)
			if p, ok := b.person(); !ok || p.Roles.Any() || !p.GroupsReadAt.Equal(r.now()) {
				t.Errorf("signed in: %v, %+v", ok, p)
			}
			if log := r.log.String(); !strings.Contains(log, "the person lost all roles when the groups were renewed") || !strings.Contains(log, string(auth.FaultGroupsMissing)) {
				t.Errorf("the log says %q", log)
			}
		})
	}
}

// TestRefreshWhileUserinfoIsDown: the token that was sent is spent, so the next try has to have the
// one that came for it.
func TestRefreshWhileUserinfoIsDown(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	noIDToken := without("id_token")
	r.wire.reply(func(req *http.Request) *http.Response {
		switch {
		case strings.HasSuffix(req.URL.Path, "/token"):
			return r.wire.edited(t, req, noIDToken)
		case strings.HasSuffix(req.URL.Path, "/userinfo"):
			return jsonResponse(req, http.StatusNotFound, "nobody home")
		}
		return nil
	})
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) {
		t.Fatalf("signed in: %v, %+v", ok, p)
	}
	r.wire.reply(nil)
	r.pass(time.Minute)
	if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v a minute later", ok, p)
	}
}

// TestRefreshKeepsNames: four eyes compare them, and somebody who has a new address has not become
// somebody else.
func TestRefreshKeepsNames(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	moved := dana
	moved.Name, moved.Email = "Dana Reyes", "dana.reyes@harborline.example"
	r.SetUsers([]oidc.User{moved})
	r.pass(15 * time.Minute)
	p, _ := b.person()
	for _, name := range []string{dana.Name, dana.Email, moved.Name, moved.Email} {
		if !slices.Contains(p.UserNames, name) {
			t.Errorf("%q is not among the names %q", name, p.UserNames)
		}
	}
}

// TestAddressIsVerifiedNoMore: a provider that says so is believed; one that says nothing takes
// nothing back.
func TestAddressIsVerifiedNoMore(t *testing.T) {
	t.Parallel()
	unverified := dana
	unverified.Claims = map[string]any{"email_verified": false}
	mute := map[string]func(map[string]any){"/userinfo": without("email_verified"), "/token": without("id_token")}
	for name, c := range map[string]struct {
		user     oidc.User
		edits    map[string]func(map[string]any)
		verified bool
	}{
		"SaysNo":      {unverified, nil, false},
		"SaysNothing": {dana, mute, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// with a refresh token, and at userinfo
			for _, scopes := range [][]string{offline, nil} {
				r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = scopes; cfg.RenewAfter = 2 * time.Minute })
				b := r.browser(t)
				b.mustSignIn()
				r.SetUsers([]oidc.User{c.user})
				r.wire.edit(t, c.edits)
				r.pass(2 * time.Minute)
				if p, ok := b.person(); !ok || p.EmailVerified != c.verified || !p.GroupsReadAt.Equal(r.now()) {
					t.Errorf("scopes %v: signed in: %v, %+v", scopes, ok, p)
				}
			}
		})
	}
}
