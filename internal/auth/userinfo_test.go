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

// newAskingRig has no refresh token: it reads the groups again every two minutes at userinfo. The
// access token lives for five.
func newAskingRig(t *testing.T, user oidc.User, options ...option) (*rig, *browser) {
	t.Helper()
	r := newRig(t, append(options, func(_ *rig, cfg *auth.Config) { cfg.RenewAfter = 2 * time.Minute })...)
	r.SetUsers([]oidc.User{user})
	b := r.browser(t)
	b.mustSignIn()
	return r, b
}

// TestUserinfoRenewsGroups: they are those of now, and no name is lost, for four eyes compare
// names.
func TestUserinfoRenewsGroups(t *testing.T) {
	t.Parallel()
	r, b := newAskingRig(t, dana)
	moved := dana
	moved.Name, moved.Email, moved.Groups = "Dana Reyes", "dana.reyes@harborline.example", []string{"operators"}
	r.SetUsers([]oidc.User{moved})
	r.pass(2 * time.Minute)
	p, ok := b.person()
	if !ok || p.Name != moved.Name || p.Email != moved.Email || !p.EmailVerified || !p.Roles.Admin || p.Roles.Reviewer || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
	for _, name := range []string{dana.Name, dana.Email, moved.Name, moved.Email} {
		if !slices.Contains(p.UserNames, name) {
			t.Errorf("%q is not among the names %q", name, p.UserNames)
		}
	}
	kept, err := r.Profile(t.Context(), p.ID)
	if err != nil || !slices.Equal(kept.Groups, moved.Groups) || len(kept.Addresses) != 2 || kept.Addresses[1].VerifiedAt.IsZero() {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// TestAccessTokenEnds: that is no refusal. The session goes on with groups of a known age, and the
// provider is left alone.
func TestAccessTokenEnds(t *testing.T) {
	t.Parallel()
	r, b := newAskingRig(t, dana)
	read := r.now()
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	r.pass(5 * time.Minute)
	before := r.wire.requests.Load()
	if p, ok := b.person(); !ok || !slices.Equal(p.Groups, dana.Groups) || !p.GroupsReadAt.Equal(read) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
	if n := r.wire.requests.Load() - before; n != 0 {
		t.Errorf("%d requests with a token that has ended", n)
	}
}

// TestUserinfoRefuses a token that has not ended: the provider does not vouch for the person any
// more.
func TestUserinfoRefuses(t *testing.T) {
	t.Parallel()
	r, b := newAskingRig(t, dana)
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	r.pass(2 * time.Minute)
	if p, ok := b.person(); ok {
		t.Errorf("signed in: %+v", p)
	}
	if got := r.actions(); len(got) != 2 || !strings.Contains(got[1], "the provider refused to renew") {
		t.Errorf("audit %q", got)
	}
}

// TestUserinfoAnswers has what else may come back.
func TestUserinfoAnswers(t *testing.T) {
	t.Parallel()
	const groupless = `{"sub":"dana","name":"Dana Whitfield"}`
	for name, c := range map[string]struct {
		status   int
		body     string
		signedIn bool
		again    int64 // requests in the minutes after
	}{
		"AnotherSubject":  {http.StatusOK, `{"sub":"lee","groups":["operators"]}`, false, 0},
		"NumberedSubject": {http.StatusOK, `{"sub":7,"groups":["operators"]}`, false, 0},
		"Null":            {http.StatusOK, `null`, false, 0},
		"Forbidden":       {http.StatusForbidden, `{}`, false, 0},
		"NoGroups":        {http.StatusOK, groupless, true, 0}, // they were in the ID token
		"Down":            {http.StatusServiceUnavailable, `busy`, true, 2},
		"NotThere":        {http.StatusNotFound, `nobody home`, true, 2},
		"NotJSON":         {http.StatusOK, `<html>`, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, b := newAskingRig(t, dana)
			read := r.now()
			r.wire.answerInPlace("/userinfo", c.status, c.body)
			r.pass(2 * time.Minute)
			p, ok := b.person()
			if ok != c.signedIn || ok && (!slices.Equal(p.Groups, dana.Groups) || !p.GroupsReadAt.Equal(read)) {
				t.Errorf("signed in: %v, %+v", ok, p)
			}
			before := r.wire.requests.Load()
			for range 2 {
				r.pass(time.Minute)
				b.person()
			}
			if n := r.wire.requests.Load() - before; n > c.again || c.again > 0 && n == 0 {
				t.Errorf("%d more requests", n)
			}
		})
	}
}

// TestUserinfoNulls: a provider that writes null where it has nothing to say is read all the same,
// and null takes nothing back.
func TestUserinfoNulls(t *testing.T) {
	t.Parallel()
	r, b := newAskingRig(t, dana)
	r.wire.answerInPlace("/userinfo", http.StatusOK,
		`{"sub":"dana","email":"`+dana.Email+`","email_verified":null,"name":null,"profile":null,"groups":["operators"]}`)
	r.pass(2 * time.Minute)
	p, ok := b.person()
	if !ok || !p.Roles.Admin || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
	if p.Name != dana.Name || p.Email != dana.Email || !p.EmailVerified {
		t.Errorf("a null took something back: %+v", p)
	}
}

// TestUserinfoSigned: a provider may sign what userinfo says. Only its own signature counts.
func TestUserinfoSigned(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{"Own": true, "Foreign": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m *moved
			r, b := newAskingRig(t, dana, func(r *rig, _ *auth.Config) { m = r.move(t, "ES256") })
			if !own {
				m.sign(t, "ES256") // the desk has not read this key
			}
			m.sayUserinfo(`{"sub":"dana","email_verified":null,"groups":["operators"]}`)
			r.pass(2 * time.Minute)
			if p, ok := b.person(); !ok || p.Roles.Admin != own {
				t.Errorf("signed in: %v, %+v", ok, p)
			}
		})
	}
}

// TestUserinfoSaysNoGroupsAnyMore: where it named them at the sign-in, silence means that there are
// none.
func TestUserinfoSaysNoGroupsAnyMore(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.RenewAfter = 2 * time.Minute })
	r.Misbehave(oidc.Faults{Lean: true})
	b := r.browser(t)
	if p := b.mustSignIn(); !p.Roles.Reviewer {
		t.Fatalf("signed in as %+v", p)
	}
	r.wire.answerInPlace("/userinfo", http.StatusOK, `{"sub":"dana","name":"Dana Whitfield"}`)
	r.pass(2 * time.Minute)
	if p, ok := b.person(); !ok || len(p.Groups) != 0 || p.Roles.Any() || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}

// TestTokenOfUnknownLife: a refusal may mean that it has ended.
func TestTokenOfUnknownLife(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.RenewAfter = 2 * time.Minute })
	// which is only recommended (RFC 6749 section 5.1)
	r.wire.edit(t, map[string]func(map[string]any){"/token": without("expires_in")})
	b := r.browser(t)
	b.mustSignIn()
	r.pass(2 * time.Minute)
	if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v: the token still works", ok, p)
	}
	read := r.now()
	r.pass(30 * time.Minute)
	if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(read) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}

// TestOneUserinfoCall: requests that come at once make one.
func TestOneUserinfoCall(t *testing.T) {
	t.Parallel()
	r, b := newAskingRig(t, dana)
	r.pass(2 * time.Minute)
	before := r.wire.requests.Load()
	other := func() { b.person() }
	r.store.afterFind.Store(&other)
	b.person()
	if n := r.wire.requests.Load() - before; n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// TestPeopleAreKept at each sign-in and each renewal. Without the first nobody signs in; without
// the second nobody is sent away.
func TestPeopleAreKept(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	kept, err := r.Profile(t.Context(), r.id("dana"))
	if err != nil || kept.Issuer != r.issuer || kept.Email != dana.Email || len(kept.Addresses) != 1 || kept.Addresses[0].VerifiedAt.IsZero() {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	r.failKeeping(errStore)
	r.pass(15 * time.Minute)
	if p, ok := b.person(); !ok || !p.GroupsReadAt.Equal(r.now()) {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
	if !strings.Contains(r.log.String(), "the person's profile was not") {
		t.Errorf("the log says %q", r.log)
	}
	other := r.browser(t)
	other.signIn("/")
	if _, ok := other.person(); ok {
		t.Error("signed in without a profile")
	}
}

// TestTrustIsNotKept: what the operator trusts is no word of the provider.
func TestTrustIsNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.EmailTrusted = true })
	unverified := dana
	unverified.Claims = map[string]any{"email_verified": false}
	r.SetUsers([]oidc.User{unverified})
	if p := r.browser(t).mustSignIn(); !p.EmailVerified {
		t.Errorf("signed in as %+v", p)
	}
	kept, err := r.Profile(t.Context(), r.id("dana"))
	if err != nil || len(kept.Addresses) != 1 || !kept.Addresses[0].VerifiedAt.IsZero() {
		t.Errorf("kept %+v, %v", kept, err)
	}
}
