package auth_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	if _, ok := b.person(); ok {
		t.Error("somebody is signed in before the sign-in")
	}
	if got, want := b.next(b.signIn("/callbacks/01J?scope=mine")), r.origin+"/callbacks/01J?scope=mine"; got != want {
		t.Errorf("goes on to %s, want %s", got, want)
	}
	want := callbacks.Person{
		ID: r.id("dana"), Issuer: r.issuer, Subject: "dana", GroupsReadAt: r.now(), Name: dana.Name, Email: dana.Email, Groups: dana.Groups, Roles: callbacks.Roles{Reviewer: true},
		EmailVerified: true, UserNames: []string{dana.Email, dana.Name},
	}
	if got, ok := b.person(); !ok || !cmp.Equal(got, want) {
		t.Errorf("signed in: %v; %s", ok, cmp.Diff(want, got))
	}
	if diff := cmp.Diff([]string{"person dana session.signed_in: Signed in as reviewer."}, r.actions()); diff != "" {
		t.Error(diff)
	}
	if r.log.String() != "" {
		t.Errorf("a good sign-in is logged: %s", r.log)
	}
}

func TestAuthorizationRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, second := r.browser(t).begin("/"), r.browser(t).begin("/")
	u, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "countersign", "redirect_uri": r.origin + "/auth/callback",
		"scope": "openid profile email", "code_challenge_method": "S256", "prompt": "",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	other, err := url.Parse(second)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 26 || q.Get(name) == other.Query().Get(name) {
			t.Errorf("%s is %q, want something that nobody can guess", name, q.Get(name))
		}
	}
	if strings.Contains(first, "secret") {
		t.Error("the secret is in the address")
	}
}

func TestSignInRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults oidc.Faults
		want   string
	}{
		"WrongNonce":    {oidc.Faults{Nonce: "another"}, "token"},
		"WrongAudience": {oidc.Faults{Audience: "another"}, "token"},
		"Expired":       {oidc.Faults{Expired: true}, "token"},
		"WrongIssuer":   {oidc.Faults{Issuer: "https://mallory.example"}, "token"},
		"Denied":        {oidc.Faults{Refuse: "access_denied"}, "refused access_denied The provider was told to refuse."},
		"Overloaded":    {oidc.Faults{Refuse: "temporarily_unavailable"}, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			b := r.browser(t)
			r.Misbehave(c.faults)
			a := b.signIn("/callbacks/01J")
			if a.kind() != c.want || a.Header.Get("Return") != "/callbacks/01J" {
				t.Errorf("status %d, return %q: %s, want %s", a.StatusCode, a.Header.Get("Return"), a.text, c.want)
			}
			if _, ok := b.person(); ok || b.cookie("countersign") != "" || len(r.actions()) != 0 {
				t.Errorf("signed in: %v, cookie %q, audit %v", ok, b.cookie("countersign"), r.actions())
			}
			// The person can try again at once.
			r.Misbehave(oidc.Faults{})
			b.mustSignIn()
		})
	}
}

// change returns address with one query parameter changed; an empty value removes it.
func change(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func TestWayBackWithOtherParameters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ parameter, value, want string }{
		"OtherState":   {"state", "guess", "state"},
		"NoState":      {"state", "", "state"},
		"NoCode":       {"code", "", "token"},
		"OtherCode":    {"code", "guess", "token"},
		"NoIssuer":     {"iss", "", "token"},
		"OtherIssuer":  {"iss", "https://mallory.example", "token"},
		"ForeignError": {"error", "access_denied\x1b[31m\n" + strings.Repeat("x", 2000), "refused access_denied [31m " + strings.Repeat("x", 280) + "… "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newRig(t).browser(t)
			a := b.get(change(t, b.choose(b.begin("/"), "dana"), c.parameter, c.value))
			if a.kind() != c.want {
				t.Errorf("%q, want %q", a.kind(), c.want)
			}
			if _, ok := b.person(); ok {
				t.Error("signed in")
			}
		})
	}
}

func TestStateIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := newRig(t).browser(t)
	back := b.choose(b.begin("/"), "dana")
	b.next(b.get(back))
	if a := b.get(back); a.kind() != "state" {
		t.Errorf("the same way back again: %s", a.text)
	}
	if _, ok := b.person(); !ok {
		t.Error("the replay ended the session")
	}
}

func TestStateEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	authorize := b.begin("/")
	r.pass(10*time.Minute + time.Second)
	if a := b.get(b.choose(authorize, "dana")); a.kind() != "state" {
		t.Errorf("an old sign-in: %s", a.text)
	}
}

// TestForeignWayBack is login CSRF: somebody makes a victim's browser finish a sign-in that they
// began.
func TestForeignWayBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	attacker, victim := r.browser(t), r.browser(t)
	back := attacker.choose(attacker.begin("/"), "dana")
	if a := victim.get(back); a.kind() != "state" {
		t.Errorf("a sign-in that another browser began: %s", a.text)
	}
	if _, ok := victim.person(); ok {
		t.Error("the victim is signed in as the attacker")
	}
}

// TestInjectedCode is what PKCE is for: a stolen code does not fit a sign-in of the thief's own.
func TestInjectedCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	victim, thief := r.browser(t), r.browser(t)
	stolen, err := url.Parse(victim.choose(victim.begin("/"), "dana"))
	if err != nil {
		t.Fatal(err)
	}
	own := thief.choose(thief.begin("/"), "dana")
	if a := thief.get(change(t, own, "code", stolen.Query().Get("code"))); a.kind() != "token" {
		t.Errorf("a code of another sign-in: %s", a.text)
	}
}

func TestSignInsInSeveralTabs(t *testing.T) {
	t.Parallel()
	b := newRig(t).browser(t)
	first, second := b.begin("/callbacks/a"), b.begin("/callbacks/b")
	for address, want := range map[string]string{first: "/callbacks/a", second: "/callbacks/b"} {
		if got := b.next(b.get(b.choose(address, "dana"))); !strings.HasSuffix(got, want) {
			t.Errorf("goes on to %s, want %s", got, want)
		}
	}
	// The number of sign-ins under way is bounded; the oldest is forgotten.
	oldest := b.begin("/")
	for range 8 {
		b.begin("/")
	}
	if a := b.get(b.choose(oldest, "dana")); a.kind() != "state" {
		t.Errorf("the oldest of nine: %s", a.text)
	}
}

// TestSignInsAtTheSameMoment: two restored tabs begin before either has the other's cookie, and
// come back in any order.
func TestSignInsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for name, swapped := range map[string]bool{"InOrder": false, "Swapped": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			// the other's request left without cookies, its answer reaches the same browser
			b, other := r.browser(t), r.browser(t)
			first, second := b.begin("/callbacks/a"), other.begin("/callbacks/b")
			b.client.Jar.SetCookies(b.origin(), other.client.Jar.Cookies(other.origin()))
			ways := []struct{ authorize, want string }{{first, "/callbacks/a"}, {second, "/callbacks/b"}}
			if swapped {
				slices.Reverse(ways)
			}
			for _, way := range ways {
				if got := b.next(b.get(b.choose(way.authorize, "dana"))); !strings.HasSuffix(got, way.want) {
					t.Errorf("goes on to %s, want %s", got, way.want)
				}
				if _, ok := b.person(); !ok {
					t.Error("nobody is signed in")
				}
			}
			if left := b.attempts(); len(left) != 0 {
				t.Errorf("%d cookies of finished sign-ins stay", len(left))
			}
		})
	}
}

// TestSignInsUnderWayAreBounded: a browser that begins again and again does not fill its headers
// with cookies.
func TestSignInsUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	b := newRig(t).browser(t)
	for range 20 {
		b.begin("/")
	}
	if n := len(b.attempts()); n != 8 {
		t.Errorf("%d cookies of sign-ins under way, want 8", n)
	}
}

func TestReturnPathIsChecked(t *testing.T) {
	t.Parallel()
	b := newRig(t).browser(t)
	if got := b.next(b.signIn("//evil.example/")); got != b.rig.origin+"/" {
		t.Errorf("goes on to %s", got)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	nested := map[string]any{"realm_access": map[string]any{"roles": []string{"approvers", "audit"}}, "groups": nil}
	for name, c := range map[string]struct {
		claim  string
		claims map[string]any
		lean   bool
		want   []string
		roles  callbacks.Roles
	}{
		"List":           {"groups", map[string]any{"groups": []any{"operators", 7, "audit"}}, false, []string{"operators", "audit"}, callbacks.Roles{Admin: true, Auditor: true}},
		"String":         {"groups", map[string]any{"groups": "audit"}, false, []string{"audit"}, callbacks.Roles{Auditor: true}},
		"Nested":         {"realm_access.roles", nested, false, []string{"approvers", "audit"}, callbacks.Roles{Reviewer: true, Auditor: true}},
		"NameWithDots":   {"https://harborline.example/groups", map[string]any{"https://harborline.example/groups": []string{"audit"}}, false, []string{"audit"}, callbacks.Roles{Auditor: true}},
		"Empty":          {"groups", map[string]any{"groups": []string{}}, false, nil, callbacks.Roles{}},
		"None":           {"groups", map[string]any{"groups": nil}, false, nil, callbacks.Roles{}},
		"NotGroups":      {"groups", map[string]any{"groups": map[string]any{"approvers": true}}, false, nil, callbacks.Roles{}},
		"Granted":        {"roles", map[string]any{"roles": map[string]any{"audit": map[string]any{"1": "x"}, "approvers": map[string]any{}}}, false, []string{"approvers", "audit"}, callbacks.Roles{Reviewer: true, Auditor: true}},
		"PartlyGranted":  {"roles", map[string]any{"roles": map[string]any{"audit": map[string]any{"1": "x"}, "approvers": false}}, false, nil, callbacks.Roles{}},
		"ByUserinfo":     {"groups", nil, true, dana.Groups, callbacks.Roles{Reviewer: true}},
		"NestedByInfo":   {"realm_access.roles", nested, true, []string{"approvers", "audit"}, callbacks.Roles{Reviewer: true, Auditor: true}},
		"ClaimElsewhere": {"roles", nil, false, nil, callbacks.Roles{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.GroupsClaim = c.claim })
			user := dana
			user.Claims = c.claims
			r.SetUsers([]oidc.User{user})
			r.Misbehave(oidc.Faults{Lean: c.lean})
			p := r.browser(t).mustSignIn()
			if !slices.Equal(p.Groups, c.want) || p.Roles != c.roles {
				t.Errorf("groups %q, roles %+v, want %q, %+v", p.Groups, p.Roles, c.want, c.roles)
			}
			if p.Name != dana.Name || p.Email != dana.Email {
				t.Errorf("name %q, address %q", p.Name, p.Email)
			}
		})
	}
}

func TestIDTokenRefused(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]map[string]any{
		"OtherParty":       {"azp": "another-client"},
		"OtherAccessToken": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
		"NoSubject":        {"sub": ""},
		"LongSubject":      {"sub": strings.Repeat("s", 256)},
		"OtherIssuer":      {"iss": "https://mallory.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			user := dana
			user.Claims = claims
			r.SetUsers([]oidc.User{user})
			if a := r.browser(t).signIn("/"); a.kind() != "token" {
				t.Errorf("status %d: %s", a.StatusCode, a.text)
			}
		})
	}
}

func TestUserinfoAboutSomebodyElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Misbehave(oidc.Faults{Lean: true})
	r.wire.answerInPlace("/userinfo", http.StatusOK, `{"sub":"mallory","groups":["operators"],"email":"m@example.com"}`)
	if a := r.browser(t).signIn("/"); a.kind() != "token" {
		t.Errorf("%s", a.text)
	}
}

func TestNoAuditNoSignIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	down := errors.New("disk full")
	r.failRecording(down)
	if a := b.signIn("/"); a.kind() != "other" || !strings.Contains(a.text, "disk full") {
		t.Errorf("%s", a.text)
	}
	if _, ok := b.person(); ok {
		t.Error("signed in without an audit entry")
	}
}

// TestAuthParams: the operator's parameters are added to ours, take the place of ours, or leave one
// out.
func TestAuthParams(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]url.Values{
		"":                                     {"prompt": {"consent"}, "access_type": nil},
		"access_type=offline&prompt=consent":   {"prompt": {"consent"}, "access_type": {"offline"}},
		"prompt=select_account&hd=example.com": {"prompt": {"select_account"}, "hd": {"example.com"}},
		"prompt=":                              {"prompt": nil},
	} {
		r := newRig(t, func(_ *rig, cfg *auth.Config) {
			cfg.Scopes = offline
			cfg.AuthParams, _ = url.ParseQuery(given)
		})
		target, err := url.Parse(r.browser(t).begin("/"))
		if err != nil {
			t.Fatal(err)
		}
		got := target.Query()
		for name, values := range want {
			if !slices.Equal(got[name], values) {
				t.Errorf("%q: %s is %q, want %q", given, name, got[name], values)
			}
		}
		for _, ours := range []string{"client_id", "state", "nonce", "code_challenge", "redirect_uri"} {
			if len(got[ours]) != 1 {
				t.Errorf("%q: %s is %q", given, ours, got[ours])
			}
		}
	}
}
