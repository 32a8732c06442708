package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

func TestProviderDownThenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	r.wire.cut.Store(true)
	for range 5 { // only the first asks; the others are told at once
		if a := b.do(http.MethodPost, "/auth/login", nil); a.kind() != "unavailable" {
			t.Errorf("%s", a.text)
		}
	}
	if n := r.wire.requests.Load(); n != 1 {
		t.Errorf("%d requests to a provider that is down, want 1", n)
	}
	if err := r.auth.Load().Available(t.Context()); !errors.Is(err, auth.ErrProviderUnavailable) {
		t.Errorf("Available is %v", err)
	}
	r.pass(time.Second)
	b.do(http.MethodPost, "/auth/login", nil)
	r.pass(time.Second) // the wait has doubled
	b.do(http.MethodPost, "/auth/login", nil)
	if n := r.wire.requests.Load(); n != 2 {
		t.Errorf("%d requests after two seconds, want 2", n)
	}
	r.wire.cut.Store(false)
	r.pass(time.Second)
	b.mustSignIn()
	if err := r.auth.Load().Available(t.Context()); err != nil {
		t.Errorf("Available is %v", err)
	}
}

func TestProviderNeverWaitsLong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.cut.Store(true)
	for range 20 {
		_ = r.auth.Load().Available(t.Context())
		r.pass(30 * time.Second)
	}
	if n := r.wire.requests.Load(); n != 20 {
		t.Errorf("%d requests in ten minutes, want one every 30 s", n)
	}
}

// TestImpatientReader: a request that was cancelled says nothing about the provider.
func TestImpatientReader(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_ = r.auth.Load().Available(cancelled)
	}
	if err := r.auth.Load().Available(t.Context()); err != nil {
		t.Errorf("Available is %v", err)
	}
}

func TestProviderDownOnTheWayBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	back := b.choose(b.begin("/callbacks/01J"), "dana")
	r.wire.cut.Store(true)
	if a := b.get(back); a.kind() != "unavailable" || a.Header.Get("Return") != "/callbacks/01J" {
		t.Errorf("%s", a.text)
	}
	r.wire.cut.Store(false)
	b.mustSignIn()
}

// TestProviderAnswers is about answers that are no answers.
func TestProviderAnswers(t *testing.T) {
	t.Parallel()
	long := `{"issuer":"` + strings.Repeat("x", 2<<20) + `"}`
	page := "<html>" + strings.Repeat("proxy error ", 1000)
	for name, c := range map[string]struct {
		path   string
		status int
		body   string
		want   string
	}{
		"DiscoveryBroken":  {"/openid-configuration", http.StatusInternalServerError, page, "unavailable"},
		"DiscoveryMissing": {"/openid-configuration", http.StatusNotFound, page, "unavailable"},
		"DiscoveryForeign": {"/openid-configuration", http.StatusOK, `{"issuer":"https://mallory.example"}`, "unavailable"},
		"DiscoveryTooLong": {"/openid-configuration", http.StatusOK, long, "unavailable"},
		"TokenBroken":      {"/token", http.StatusBadGateway, page, "unavailable"},
		"TokenThrottled":   {"/token", http.StatusTooManyRequests, page, "unavailable"},
		"TokenTooLong":     {"/token", http.StatusOK, long, "unavailable"},
		"TokenNotJSON":     {"/token", http.StatusOK, page, "token"},
		"TokenRefused":     {"/token", http.StatusBadRequest, page, "token"},
		"TokenWithoutID":   {"/token", http.StatusOK, `{"access_token":"a","token_type":"Bearer"}`, "token"},
		"TokenUnsigned":    {"/token", http.StatusOK, `{"access_token":"a","id_token":"eyJhbGciOiJub25lIn0.e30."}`, "token"},
		"KeysBroken":       {"/keys", http.StatusServiceUnavailable, page, "unavailable"},
		"KeysEmpty":        {"/keys", http.StatusOK, `{"keys":[]}`, "token"},
		"KeysForeign":      {"/keys", http.StatusOK, foreignKey, "token"},
		"UserinfoBroken":   {"/userinfo", http.StatusInternalServerError, page, "unavailable"},
		"UserinfoRefused":  {"/userinfo", http.StatusForbidden, page, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.Misbehave(oidc.Faults{Lean: true}) // so that userinfo is asked as well
			r.wire.answerInPlace(c.path, c.status, c.body)
			b := r.browser(t)
			a := b.do(http.MethodPost, "/auth/login", nil)
			if a.StatusCode == http.StatusSeeOther {
				a = b.get(b.choose(b.next(a), "dana"))
			}
			if a.kind() != c.want || len(a.text) > 700 {
				t.Errorf("%.700s, want %s in few words", a.text, c.want)
			}
		})
	}
}

// foreignKey is a good key, and not the provider's.
const foreignKey = `{"keys":[{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"other",
"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`

// TestRedirectsAreNotFollowed: they would carry code and secret to wherever the answer says.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	back := b.choose(b.begin("/"), "dana")
	r.wire.reply(func(req *http.Request) *http.Response {
		if req.URL.Host == "mallory.example" {
			t.Errorf("%s %s is asked", req.Method, req.URL)
		}
		resp := jsonResponse(req, http.StatusTemporaryRedirect, "")
		resp.Header.Set("Location", "https://mallory.example/token")
		return resp
	})
	if a := b.get(back); a.kind() != "token" {
		t.Errorf("%s", a.text)
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.browser(t).mustSignIn()
	if err := r.RotateKey(); err != nil {
		t.Fatal(err)
	}
	r.browser(t).mustSignIn()
}

// TestSecretStyles: the provider's metadata says where the secret goes; nothing is found out by
// trying.
func TestSecretStyles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		methods string
		secret  string
		header  bool
		form    bool
	}{
		"NotSaid":  {`null`, secret, true, false},
		"Basic":    {`["client_secret_post","client_secret_basic"]`, secret, true, false},
		"Post":     {`["client_secret_post"]`, secret, false, true},
		"Public":   {`["none"]`, "", false, false},
		"NoSecret": {`null`, "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.ClientSecret = c.secret })
			var sent []*http.Request
			var forms []url.Values
			r.wire.reply(func(req *http.Request) *http.Response {
				switch {
				case strings.HasSuffix(req.URL.Path, "/openid-configuration"):
					return jsonResponse(req, http.StatusOK, `{"issuer":"`+r.issuer+`","authorization_endpoint":"`+r.issuer+
						`/authorize","token_endpoint":"`+r.issuer+`/token","jwks_uri":"`+r.issuer+`/keys","token_endpoint_auth_methods_supported":`+c.methods+`}`)
				case strings.HasSuffix(req.URL.Path, "/token"):
					if err := req.ParseForm(); err != nil {
						t.Error(err)
					}
					sent, forms = append(sent, req), append(forms, req.PostForm)
					return jsonResponse(req, http.StatusUnauthorized, `{"error":"invalid_client","error_description":"`+secret+`"}`)
				}
				return nil
			})
			b := r.browser(t)
			a := b.get(change(t, b.choose(b.begin("/"), "dana"), "iss", r.issuer))
			if a.kind() != "token" || len(sent) != 1 {
				t.Fatalf("%d token requests: %s", len(sent), a.text)
			}
			_, _, header := sent[0].BasicAuth()
			if header != c.header || forms[0].Has("client_secret") != c.form || forms[0].Get("code_verifier") == "" {
				t.Errorf("header %v, form %v", header, forms[0])
			}
		})
	}
}

func TestOfflineAccessAsksForConsent(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = []string{"offline_access"} })
	u, err := url.Parse(r.browser(t).begin("/"))
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Get("prompt") != "consent" || q.Get("scope") != "openid offline_access" {
		t.Errorf("prompt %q, scope %q", q.Get("prompt"), q.Get("scope"))
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	r, b := newRenewingRig(t)
	r.wire.answerInPlace("/token", http.StatusBadRequest, "you sent "+secret+" and a token")
	r.pass(15 * time.Minute)
	b.person()
	if log := r.log.String(); !strings.Contains(log, "groups were not renewed") || strings.Contains(log, "a token") || strings.Contains(log, secret) {
		t.Errorf("log: %s", log)
	}
}
