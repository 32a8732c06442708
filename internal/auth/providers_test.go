package auth_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

// known is a provider that docs/identity-providers.md describes: how it answers, and the settings
// of ours that fit.
type known struct {
	oidc.Likeness
	Settings  map[string]string `json:"settings"`
	Reviewers string            `json:"reviewers"` // the group under roles.reviewers
}

func readKnown(t *testing.T, name string) (k known) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../standin/oidc/testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &k); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return k
}

// setting is the value of a variable of ours, without the beginning of its name.
func (k known) setting(name string) string { return k.Settings["COUNTERSIGN_OIDC_"+name] }

// like puts a known provider in place of the rig's own, with the settings that fit.
func like(t *testing.T, k known) option {
	return func(r *rig, cfg *auth.Config) {
		t.Helper()
		server := httptest.NewUnstartedServer(nil)
		origin := "http://" + server.Listener.Addr().String()
		provider, err := oidc.Like(k.Likeness, origin, []oidc.Client{{
			ID: "countersign", Secret: secret, RedirectURIs: []string{r.origin + auth.CallbackPath}, SignedOutURIs: []string{r.origin + auth.SignedOutPath},
		}}, r.now)
		if err != nil {
			t.Fatal(err)
		}
		server.Config.Handler = provider.Handler()
		server.Start()
		t.Cleanup(server.Close)
		r.Provider, r.issuer = provider, provider.Issuer()

		parameters, err := url.ParseQuery(k.setting("AUTH_PARAMS"))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Issuer, cfg.AuthParams, cfg.RenewAfter = provider.Issuer(), parameters, 15*time.Minute
		cfg.Scopes, cfg.GroupsClaim = strings.Fields(k.setting("SCOPES")), k.setting("GROUPS_CLAIM")
		cfg.EmailTrusted = k.setting("EMAIL_TRUSTED") == "true"
		cfg.Roles = auth.RoleGroups{Reviewer: []string{k.Reviewers}}
		if u, err := url.Parse(k.setting("SIGN_OUT_URL")); err == nil && u.Host != "" {
			cfg.SignOutURL = strings.Replace(k.setting("SIGN_OUT_URL"), u.Scheme+"://"+u.Host, origin, 1)
		}
	}
}

// regrouped is the person with another value of a claim in both sets, where it is there.
func regrouped(user oidc.User, claim string, value any) oidc.User {
	user.IDToken, user.Userinfo = maps.Clone(user.IDToken), maps.Clone(user.Userinfo)
	for _, set := range []map[string]any{user.IDToken, user.Userinfo} {
		if _, there := set[claim]; there {
			set[claim] = value
		}
	}
	return user
}

// expected is what becomes of a person at a known provider.
type expected struct {
	groups   []string
	verified bool
	moved    any    // the groups' claim, once the person is in other groups
	signsOut string // where the provider sends on to after a sign-out; empty where it has none
}

var expectations = map[string]expected{
	"entra": {
		[]string{"6f0d2c7e-2a43-4a38-9d0b-9f3f2b1a6c55", "a2f1c9d4-7a0e-4b8c-8a52-3c0d5e6f7a81"}, true,
		[]string{"a2f1c9d4-7a0e-4b8c-8a52-3c0d5e6f7a81"}, "/signin?state=signed_out",
	},
	"okta":      {[]string{"Finance approvers"}, true, []string{"Everyone"}, "/signin?state=signed_out"},
	"keycloak":  {[]string{"/finance/approvers", "/everybody"}, true, []string{"/everybody"}, "/signin?state=signed_out"},
	"cognito":   {[]string{"finance-approvers"}, true, []string{"everybody"}, "/signin"},
	"google":    {[]string{"harborline.example"}, true, "other.example", ""},
	"zitadel":   {[]string{"auditor", "finance-approver"}, true, map[string]any{"guest": map[string]any{}}, "/signin?state=signed_out"},
	"authentik": {[]string{"finance approvers"}, false, []string{"everybody"}, "/signin?state=signed_out"},
}

// TestKnownProviders goes the whole way at each of them: sign-in, groups and role, groups that
// change, sign-out.
func TestKnownProviders(t *testing.T) {
	t.Parallel()
	for name, want := range expectations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := readKnown(t, name)
			r := newRig(t, like(t, k))
			b := r.browser(t)
			b.next(b.get(b.choose(b.begin("/"), k.Person.Subject)))
			p, ok := b.person()
			if !ok || p.Subject != k.Person.Subject || p.Name != "Dana Whitfield" || p.Email != dana.Email || !p.Roles.Reviewer {
				t.Errorf("signed in: %v, %+v", ok, p)
			}
			if !slices.Equal(p.Groups, want.groups) || p.EmailVerified != want.verified {
				t.Errorf("groups %q, address verified: %v; want %q, %v", p.Groups, p.EmailVerified, want.groups, want.verified)
			}
			r.SetUsers([]oidc.User{regrouped(k.Person, k.setting("GROUPS_CLAIM"), want.moved)})
			for range 2 { // a second time, so that the token that the first one brought is good
				r.pass(16 * time.Minute)
				p, ok = b.person()
			}
			if found := !p.Roles.Reviewer; !ok || !found || strings.Contains(r.log.String(), "not renewed") {
				t.Errorf("in other groups: signed in: %v, found out: %v; log: %s", ok, found, r.log)
			}
			target := b.next(b.do(http.MethodPost, "/auth/logout", nil))
			if _, ok := b.person(); ok {
				t.Error("signed in after the sign-out")
			}
			if want.signsOut == "" {
				if target != r.origin+"/signin" {
					t.Errorf("a provider without a sign-out is sent %s", target)
				}
			} else if got := b.next(b.get(target)); got != r.origin+want.signsOut {
				t.Errorf("after the sign-out the provider sends on to %s", got)
			}
		})
	}
}

// TestKnownProviders_Defaults: what goes wrong without the settings. It is why they are in the
// documentation.
func TestKnownProviders_Defaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider string
		without  func(*auth.Config)
		says     string
	}{
		"EntraScopes":   {"entra", func(c *auth.Config) { c.Scopes = []string{"openid", "email", "profile", "groups"} }, "refused invalid_scope"},
		"GoogleScopes":  {"google", func(c *auth.Config) { c.Scopes = []string{"openid", "offline_access"} }, "refused invalid_scope"},
		"CognitoScopes": {"cognito", func(c *auth.Config) { c.Scopes = []string{"openid", "groups"} }, "refused invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, like(t, readKnown(t, test.provider)), func(_ *rig, cfg *auth.Config) { test.without(cfg) })
			b := r.browser(t)
			if a := b.get(b.next(b.get(b.begin("/")))); !strings.HasPrefix(a.kind(), test.says) {
				t.Errorf("status %d: %s", a.StatusCode, a.text)
			}
		})
	}
}

// TestNoRefreshToken: a provider that was not asked for one names groups at userinfo, if it has
// them there, for as long as the access token lives. Otherwise those of the sign-in grow old.
func TestNoRefreshToken(t *testing.T) {
	t.Parallel()
	for name, atUserinfo := range map[string]bool{"entra": false, "okta": true, "google": true, "zitadel": true, "authentik": true} {
		k := readKnown(t, name)
		r := newRig(t, like(t, k), func(_ *rig, cfg *auth.Config) {
			// the stand-in's access tokens live for five
			cfg.AuthParams, cfg.RenewAfter = nil, 2*time.Minute
			cfg.Scopes = slices.DeleteFunc(cfg.Scopes, func(s string) bool { return s == "offline_access" })
		})
		b := r.browser(t)
		b.next(b.get(b.choose(b.begin("/"), k.Person.Subject)))
		read := r.now()
		r.SetUsers([]oidc.User{regrouped(k.Person, k.setting("GROUPS_CLAIM"), expectations[name].moved)})
		r.pass(2 * time.Minute)
		p, ok := b.person()
		if !ok || p.Roles.Reviewer == atUserinfo || p.GroupsReadAt.Equal(read) == atUserinfo {
			t.Errorf("%s: signed in: %v, %+v, log %s", name, ok, p, r.log)
		}
		read = p.GroupsReadAt
		r.pass(30 * time.Minute)
		if p, ok = b.person(); !ok || !p.GroupsReadAt.Equal(read) {
			t.Errorf("%s: once the access token has ended: signed in: %v, %+v", name, ok, p)
		}
	}
}

// TestEntraOverage: above 200 groups Microsoft Entra ID names the place where they are instead. The
// person is in no group then.
func TestEntraOverage(t *testing.T) {
	t.Parallel()
	k := readKnown(t, "entra")
	r := newRig(t, like(t, k))
	person := regrouped(k.Person, "groups", nil)
	delete(person.IDToken, "groups")
	person.IDToken["_claim_names"] = map[string]any{"groups": "src1"}
	person.IDToken["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": "https://graph.windows.net/x/getMemberObjects"}}
	r.SetUsers([]oidc.User{person})
	b := r.browser(t)
	b.next(b.get(b.choose(b.begin("/"), person.Subject)))
	if p, ok := b.person(); !ok || p.Roles.Any() || len(p.Groups) != 0 {
		t.Errorf("signed in: %v, %+v", ok, p)
	}
}

// TestOktaNeedsTheHint: a token that is too large for an address leaves the person signed in there.
// The documentation says how tokens stay small.
func TestOktaNeedsTheHint(t *testing.T) {
	t.Parallel()
	k := readKnown(t, "okta")
	r := newRig(t, like(t, k))
	r.SetUsers([]oidc.User{regrouped(k.Person, "groups", strings.Split(strings.Repeat("Finance approvers,", 150), ","))})
	b := r.browser(t)
	b.next(b.get(b.choose(b.begin("/"), k.Person.Subject)))
	target := b.next(b.do(http.MethodPost, "/auth/logout", nil))
	if a := b.get(target); a.StatusCode != http.StatusBadRequest || strings.Contains(target, "id_token_hint") {
		t.Errorf("an address of %d bytes; status %d", len(target), a.StatusCode)
	}
}

// TestCognitoWithoutItsAddress: its document names an endpoint that knows nothing of the standard's
// parameters.
func TestCognitoWithoutItsAddress(t *testing.T) {
	t.Parallel()
	k := readKnown(t, "cognito")
	r := newRig(t, like(t, k), func(_ *rig, cfg *auth.Config) { cfg.SignOutURL = "" })
	b := r.browser(t)
	b.next(b.get(b.choose(b.begin("/"), k.Person.Subject)))
	if a := b.get(b.next(b.do(http.MethodPost, "/auth/logout", nil))); a.StatusCode == http.StatusSeeOther {
		t.Error("it leads back: the setting is not needed")
	}
}

// TestEachAlgorithm signs in with every algorithm that one of the providers lists and that proves
// anything.
func TestEachAlgorithm(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for name := range expectations {
		k := readKnown(t, name)
		listed, _ := k.Discovery["id_token_signing_alg_values_supported"].([]any)
		for _, value := range listed {
			algorithm, _ := value.(string)
			if tried[algorithm] || strings.HasPrefix(algorithm, "HS") {
				continue
			}
			tried[algorithm] = true
			k.Algorithm = jose.SignatureAlgorithm(algorithm)
			b := newRig(t, like(t, k)).browser(t)
			if a := b.get(b.choose(b.begin("/"), k.Person.Subject)); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s at %s: status %d: %s", algorithm, name, a.StatusCode, a.text)
			}
		}
	}
	if len(tried) != 10 {
		t.Errorf("%d algorithms were tried, want 10: %v", len(tried), tried)
	}
}

// TestKnownProvidersAreDocumented: the settings that are tested are those to paste.
func TestKnownProvidersAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/identity-providers.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../standin/oidc/testdata/*.json")
	if err != nil || len(files) != len(expectations) {
		t.Fatalf("%d fixtures for %d expectations, %v", len(files), len(expectations), err)
	}
	for name := range expectations {
		known := readKnown(t, name)
		plain, quoted := "roles: {reviewers: ["+known.Reviewers+"]}\n", fmt.Sprintf("roles: {reviewers: [%q]}\n", known.Reviewers)
		if !strings.Contains(string(text), plain) && !strings.Contains(string(text), quoted) {
			t.Errorf("%s: the documentation lacks %s", name, plain)
		}
		for variable, value := range known.Settings {
			if line := variable + "=" + value + "\n"; !strings.Contains(string(text), line) {
				t.Errorf("%s: the documentation lacks %s", name, line)
			}
		}
	}
}
