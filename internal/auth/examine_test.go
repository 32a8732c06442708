package auth_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/doctor"
	"countersign/internal/standin/oidc"
)

// found is what the doctor says of a provider, a finding a line.
func found(t *testing.T, cfg auth.Config) string {
	t.Helper()
	cfg.Scopes = []string{"openid", "groups"}
	sections := doctor.ProviderSections(auth.Examine(t.Context(), cfg))
	var lines strings.Builder
	for _, f := range sections[0].Findings {
		lines.WriteString(f.Level.String() + " " + f.Text + " " + strings.Join(f.Do, " ") + "\n")
	}
	if strings.Contains(lines.String(), cfg.ClientSecret) {
		t.Errorf("it tells the secret:\n%s", lines.String())
	}
	return lines.String()
}

func wantFinding(t *testing.T, lines, want string) {
	t.Helper()
	if !strings.Contains(lines, want) {
		t.Errorf("got\n%swant %q", lines, want)
	}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lines := found(t, r.cfg)
	if strings.Contains(lines, "warning") || strings.Contains(lines, "problem") {
		t.Errorf("a good provider:\n%s", lines)
	}
	for _, want := range []string{"PKCE with S256", "1 signing key", "secret are accepted", auth.CallbackPath + " is registered", "clock of the provider agrees"} {
		wantFinding(t, lines, want)
	}
	if r.actions() != nil {
		t.Errorf("the examination is in the audit: %v", r.actions())
	}

	wrong := r.cfg
	wrong.ClientSecret = "another secret"
	wantFinding(t, found(t, wrong), "problem client ID and secret are refused (invalid_client)")
	wrong = r.cfg
	wrong.BaseURL = "https://other.example.com"
	wantFinding(t, found(t, wrong), "problem the provider refuses the redirect URI or the client Register for the client: redirect URI https://other.example.com/auth/callback")
}

// broken is a provider that has everything, but for what a test changes; it holds a key.
func broken(t *testing.T, change func(document map[string]any), header http.Header) auth.Config {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), header)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	document := map[string]any{
		"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
		"userinfo_endpoint": server.URL + "/userinfo", "jwks_uri": server.URL + "/keys", "end_session_endpoint": server.URL + "/out",
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported": []string{"openid", "groups"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	}
	change(document)
	reply := func(path string, body any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(body) })
	}
	reply("GET /.well-known/openid-configuration", document)
	ec := map[string]string{"kty": "EC", "crv": "P-256", "kid": "1",
		"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
	reply("GET /keys", map[string]any{"keys": []any{ec, map[string]string{"kty": "of another world"}}})
	reply("GET /no-keys", map[string]any{"keys": []any{}})
	return auth.Config{Issuer: server.URL, ClientID: "countersign", ClientSecret: secret, BaseURL: "https://desk.example.com", Now: time.Now}
}

func TestExamineBroken(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"OtherKeysBeside": {func(map[string]any) {}, "ok 1 signing key"},
		"Issuer":          {func(d map[string]any) { d["issuer"] = "https://other.example.com" }, `problem the provider's issuer is "https://other.example.com", and COUNTERSIGN_OIDC_ISSUER is`},
		"Endpoints":       {func(d map[string]any) { delete(d, "token_endpoint"); delete(d, "jwks_uri") }, "problem the discovery document lacks token_endpoint, jwks_uri"},
		"NoUserInfo":      {func(d map[string]any) { delete(d, "userinfo_endpoint") }, "warning the provider has no userinfo endpoint"},
		"Implicit":        {func(d map[string]any) { d["response_types_supported"] = []string{"id_token"} }, "problem the authorization code flow is not offered"},
		"Grants":          {func(d map[string]any) { d["grant_types_supported"] = []string{"implicit"} }, "problem the authorization code flow is not offered"},
		"NoPKCE":          {func(d map[string]any) { delete(d, "code_challenge_methods_supported") }, "ok the provider does not say whether it supports PKCE"},
		"NoResponseTypes": {func(d map[string]any) { delete(d, "response_types_supported") }, "ok authorization code flow"},
		"PlainPKCE":       {func(d map[string]any) { d["code_challenge_methods_supported"] = []string{"plain"} }, "problem the provider supports PKCE only with plain, not with S256"},
		"NoSecret":        {func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"} }, "problem the provider accepts no client secret, only private_key_jwt, which Countersign does not support"},
		"Symmetric":       {func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"HS256"} }, "problem ID tokens are signed only with HS256"},
		"KeysAway":        {func(d map[string]any) { d["jwks_uri"] = d["issuer"].(string) + "/nowhere" }, "problem the signing keys cannot be read"},
		"KeysUnreachable": {func(d map[string]any) { d["jwks_uri"] = "http://127.0.0.1:1/keys" }, "connection refused"},
		"NoKeys":          {func(d map[string]any) { d["jwks_uri"] = d["issuer"].(string) + "/no-keys" }, "holds no key"},
		"Scopes":          {func(d map[string]any) { d["scopes_supported"] = []string{"openid"} }, "ok asks for scopes openid groups; the provider does not list groups, but may still support it"},
		"NewName":         {func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"Ed25519"} }, "ok 1 signing key"},
		"UnknownSigning":  {func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"ES256K", "none"} }, "problem ID tokens are signed only with ES256K, none, which Countersign cannot check"},
		"NoSignOut":       {func(d map[string]any) { delete(d, "end_session_endpoint") }, "warning the provider has no end_session_endpoint"},
		"RedirectUnsaid":  {func(map[string]any) {}, "ok doctor cannot tell whether the redirect URI is registered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFinding(t, found(t, broken(t, tt.change, nil)), tt.want)
		})
	}
}

func TestExamineClock(t *testing.T) {
	t.Parallel()
	late := http.Header{"Date": {time.Now().Add(-10 * time.Minute).UTC().Format(http.TimeFormat)}}
	wantFinding(t, found(t, broken(t, func(map[string]any) {}, late)), "problem our clock is 10m0s ahead of that of the provider")
}

func TestExamineNoDocument(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reply http.HandlerFunc
		want  string
	}{
		"NotFound":  {http.NotFound, "status 404"},
		"Fails":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "status 503"},
		"Redirects": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "it redirects to /elsewhere"},
		"Page":      {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, "not the expected JSON document"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.reply)
			t.Cleanup(server.Close)
			lines := found(t, auth.Config{Issuer: server.URL, ClientSecret: secret, Now: time.Now})
			wantFinding(t, lines, "problem "+server.URL+"/.well-known/openid-configuration cannot be read: ")
			wantFinding(t, lines, tt.want)
		})
	}
}

// TestExamineSendsTheSecretToTheIssuerOnly: a document that names another issuer, or an endpoint in
// the clear, gets no secret.
func TestExamineSendsTheSecretToTheIssuerOnly(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(map[string]any){
		"OtherIssuer": func(d map[string]any) { d["issuer"] = "https://other.example.com" },
		"InTheClear":  func(d map[string]any) { d["token_endpoint"] = "http://login.example.com/token" },
	} {
		asked := &wire{next: http.DefaultTransport}
		cfg := broken(t, change, nil)
		cfg.HTTPClient = &http.Client{Transport: asked}
		found(t, cfg)
		if n := asked.requests.Load(); n != 2 { // the document and the keys
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// TestExaminePushedOnly: a provider that requires pushed requests, of all or of this client, is
// told so and nothing else, for none of it could be right.
func TestExaminePushedOnly(t *testing.T) {
	t.Parallel()
	required := broken(t, func(d map[string]any) {
		d["require_pushed_authorization_requests"] = true
		d["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"}
	}, nil)
	r := newRig(t)
	r.wire.reply(func(req *http.Request) *http.Response {
		if !strings.HasSuffix(req.URL.Path, "/authorize") {
			return nil
		}
		resp := jsonResponse(req, http.StatusSeeOther, "")
		resp.Header.Set("Location", r.origin+auth.CallbackPath+"?error=invalid_request&error_description=Pushed+Authorization+Request+must+be+used.")
		return resp
	})
	for name, cfg := range map[string]auth.Config{"OfAll": required, "OfThisClient": r.cfg} {
		want := "problem " + cfg.Issuer + " requires pushed authorization requests (PAR), which Countersign does not send: nobody can sign in " +
			"Turn off the requirement for this client at the provider.\n"
		if got := found(t, cfg); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
}

// TestExamineRefusals: what the provider says to the request of a sign-in leads to the setting that
// is wrong.
func TestExamineRefusals(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"invalid_scope":       "problem the provider refuses a scope of openid groups (invalid_scope) Remove it from COUNTERSIGN_OIDC_SCOPES",
		"unauthorized_client": "problem the provider does not let this client ask for a sign-in (unauthorized_client) Allow the authorization code flow",
		"server_error":        "problem the provider accepts the redirect URI but refuses the sign-in request (server_error) Look in the provider's log",
	} {
		r := newRig(t)
		r.Misbehave(oidc.Faults{Refuse: code})
		wantFinding(t, found(t, r.cfg), want)
	}
}

// TestExamineWorkingProvider: a provider that lists next to nothing, or the wrong things, and works
// gets no advice.
func TestExamineWorkingProvider(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	for _, name := range []string{"response_types_supported", "code_challenge_methods_supported", "grant_types_supported"} {
		m.say(name, nil)
	}
	m.say("scopes_supported", []string{"openid"})
	// and takes our secret
	m.say("token_endpoint_auth_methods_supported", []string{"private_key_jwt", "tls_client_auth"})
	m.say("end_session_endpoint", r.issuer+"/signout")
	lines := found(t, r.cfg)
	if strings.Contains(lines, "warning") || strings.Contains(lines, "problem") || !strings.Contains(lines, "secret are accepted") {
		t.Errorf("got\n%s", lines)
	}
}

// TestExamineOtherProof: a provider that wants a key in place of a secret is told so once.
func TestExamineOtherProof(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	m.say("token_endpoint_auth_methods_supported", []string{"private_key_jwt"})
	cfg := r.cfg
	cfg.ClientSecret = "another secret"
	lines := found(t, cfg)
	wantFinding(t, lines, "problem the provider accepts no client secret, only private_key_jwt")
	if strings.Contains(lines, "secret are refused") {
		t.Errorf("got\n%s", lines)
	}
}
