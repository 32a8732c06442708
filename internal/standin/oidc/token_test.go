package oidc_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"countersign/internal/standin/oidc"
)

// claimsOf reads an ID token without checking it; package auth's tests check signatures.
func claimsOf(t *testing.T, answer map[string]any) map[string]any {
	t.Helper()
	raw, _ := answer["id_token"].(string)
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatalf("ID token %q: %v", raw, err)
	}
	var claims map[string]any
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func (r *rig) userinfo(t *testing.T, access any) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.issuer+"/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := access.(string)
	req.Header.Set("Authorization", "Bearer "+text)
	return r.json(t, req)
}

func TestToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	status, answer := r.redeem(t, r.choose(t, ask(), "dana").Get("code"))
	claims := claimsOf(t, answer)
	if status != http.StatusOK || claims["sub"] != "dana" || claims["nonce"] != "no" || claims["aud"] != "app" || claims["email"] != dana.Email {
		t.Errorf("status %d, claims %v", status, claims)
	}
	if answer["refresh_token"] != nil {
		t.Error("a refresh token that nobody asked for")
	}
	status, info := r.userinfo(t, answer["access_token"])
	if groups, _ := info["groups"].([]any); status != http.StatusOK || info["sub"] != "dana" || len(groups) != 1 || groups[0] != "finance" {
		t.Errorf("userinfo: status %d, %v", status, info)
	}
	r.ahead.Store(int64(time.Hour))
	if status, _ := r.userinfo(t, answer["access_token"]); status != http.StatusUnauthorized {
		t.Errorf("userinfo answers %d to an access token that has ended, want 401", status)
	}
}

func TestTokenByBasic(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {r.choose(t, ask(), "dana").Get("code")},
		"redirect_uri": {"http://app.example/cb"}, "code_verifier": {verifier},
	}
	status, answer := r.postToken(t, form, func(req *http.Request) { req.SetBasicAuth("app", url.QueryEscape("s e:cret")) })
	if status != http.StatusOK {
		t.Errorf("status %d, %v", status, answer)
	}
	if status, answer = r.postToken(t, form, func(req *http.Request) { req.SetBasicAuth("app", "%zz") }); status != http.StatusUnauthorized {
		t.Errorf("status %d, %v for a secret that cannot be read, want 401", status, answer)
	}
}

func TestTokenRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change []string
		status int
		code   string
	}{
		"UnknownCode":      {[]string{"code", "made-up"}, http.StatusBadRequest, "invalid_grant"},
		"OtherVerifier":    {[]string{"code_verifier", verifier + "x"}, http.StatusBadRequest, "invalid_grant"},
		"NoVerifier":       {[]string{"code_verifier", ""}, http.StatusBadRequest, "invalid_grant"},
		"OtherRedirectURI": {[]string{"redirect_uri", "http://app.example/other"}, http.StatusBadRequest, "invalid_grant"},
		"OtherClient":      {[]string{"client_id", "other", "client_secret", "other"}, http.StatusBadRequest, "invalid_grant"},
		"WrongSecret":      {[]string{"client_secret", "guess"}, http.StatusUnauthorized, "invalid_client"},
		"UnknownClient":    {[]string{"client_id", "nobody"}, http.StatusUnauthorized, "invalid_client"},
		"Password":         {[]string{"grant_type", "password"}, http.StatusBadRequest, "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "")
			status, answer := r.redeem(t, r.choose(t, ask(), "dana").Get("code"), c.change...)
			if status != c.status || answer["error"] != c.code {
				t.Errorf("status %d, %v, want %d %s", status, answer, c.status, c.code)
			}
		})
	}
}

func TestCodeIsGoodOnceAndBriefly(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	code := r.choose(t, ask(), "dana").Get("code")
	if status, answer := r.redeem(t, code); status != http.StatusOK {
		t.Fatalf("status %d, %v", status, answer)
	}
	if status, answer := r.redeem(t, code); answer["error"] != "invalid_grant" {
		t.Errorf("a used code: status %d, %v", status, answer)
	}
	late := r.choose(t, ask(), "dana").Get("code")
	r.ahead.Store(int64(time.Minute))
	if status, answer := r.redeem(t, late); answer["error"] != "invalid_grant" {
		t.Errorf("a code of a minute ago: status %d, %v", status, answer)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	_, first := r.redeem(t, r.choose(t, ask("scope", "openid offline_access"), "dana").Get("code"))
	refresh := func(token any) (int, map[string]any) {
		text, _ := token.(string)
		return r.redeem(t, "", "grant_type", "refresh_token", "refresh_token", text)
	}
	status, second := refresh(first["refresh_token"])
	if claims := claimsOf(t, second); status != http.StatusOK || claims["sub"] != "dana" || claims["nonce"] != nil {
		t.Errorf("status %d, claims %v: want dana without a nonce", status, claims)
	}
	if status, _ := refresh(first["refresh_token"]); status != http.StatusBadRequest {
		t.Errorf("a used refresh token: status %d, want 400", status)
	}
	r.SetUsers([]oidc.User{{Subject: "lee"}})
	if status, _ := refresh(second["refresh_token"]); status != http.StatusBadRequest {
		t.Errorf("refresh for somebody who left: status %d, want 400", status)
	}
}

func TestFaultsOfTheIDToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	r.SetUsers([]oidc.User{{Subject: "dana", Groups: []string{"finance"}, Claims: map[string]any{"groups": "one", "dept": "9"}}})
	r.Misbehave(oidc.Faults{Nonce: "n2", Audience: "a2", Expired: true})
	_, answer := r.redeem(t, r.choose(t, ask(), "dana").Get("code"))
	claims := claimsOf(t, answer)
	if claims["nonce"] != "n2" || claims["aud"] != "a2" || claims["exp"].(float64) >= claims["iat"].(float64) {
		t.Errorf("claims %v, want the faults", claims)
	}
	if claims["groups"] != "one" || claims["dept"] != "9" {
		t.Errorf("claims %v, want the user's own", claims)
	}
	r.Misbehave(oidc.Faults{Lean: true})
	_, answer = r.redeem(t, r.choose(t, ask(), "dana").Get("code"))
	if claims := claimsOf(t, answer); claims["groups"] != nil || claims["sub"] != "dana" {
		t.Errorf("claims %v, want the subject alone", claims)
	}
}
