package oidc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/standin/oidc"
)

const verifier = "a-verifier-of-more-than-forty-three-characters-000"

var dana = oidc.User{
	Subject: "dana", Name: "Dana Whitfield", Email: "dana@harborline.example", Groups: []string{"finance"}, About: "Approves expenses.",
}

// rig is a provider on a real socket, its clock, and a browser that follows no redirect.
type rig struct {
	*oidc.Provider
	issuer  string
	browser *http.Client
	ahead   atomic.Int64 // nanoseconds
}

// newRig serves a provider below path. Its one client is called app.
func newRig(t *testing.T, path string) *rig {
	t.Helper()
	r := &rig{}
	server := httptest.NewUnstartedServer(nil)
	r.issuer = "http://" + server.Listener.Addr().String() + path
	start := time.Date(2026, 11, 23, 13, 51, 2, 0, time.UTC)
	provider, err := oidc.New(r.issuer, []oidc.Client{
		{ID: "app", Secret: "s e:cret", RedirectURIs: []string{"http://app.example/cb"}, SignedOutURIs: []string{"http://app.example/out"}},
		{ID: "other", Secret: "other", RedirectURIs: []string{"http://other.example/cb"}},
	}, []oidc.User{dana, {Subject: "lee", Name: "Lee Park"}}, func() time.Time { return start.Add(time.Duration(r.ahead.Load())) })
	if err != nil {
		t.Fatal(err)
	}
	r.Provider = provider
	server.Config.Handler = provider.Handler()
	server.Start()
	t.Cleanup(server.Close)
	r.browser = server.Client()
	r.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return r
}

// ask returns the parameters of a good authorization request with some of them changed; an empty
// value removes one.
func ask(change ...string) url.Values {
	q := url.Values{
		"client_id": {"app"}, "redirect_uri": {"http://app.example/cb"}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"st"}, "nonce": {"no"}, "code_challenge_method": {"S256"},
		"code_challenge": {"v4Qd4_p-nrkZSg_0DElSEwCgVjr8-EU0jdny0ytSs2o"},
	}
	apply(q, change)
	return q
}

func apply(q url.Values, change []string) {
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
		if change[i+1] == "" {
			q.Del(change[i])
		}
	}
}

// choose presses a person's button and returns the parameters of the redirect.
func (r *rig) choose(t *testing.T, q url.Values, subject string) url.Values {
	t.Helper()
	resp, err := r.browser.PostForm(r.issuer+"/authorize?"+q.Encode(), url.Values{"subject": {subject}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	target, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d, location %v, want a redirect", resp.StatusCode, err)
	}
	return target.Query()
}

// redeem exchanges a code, with some of the parameters changed.
func (r *rig) redeem(t *testing.T, code string, change ...string) (status int, answer map[string]any) {
	t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"http://app.example/cb"},
		"code_verifier": {verifier}, "client_id": {"app"}, "client_secret": {"s e:cret"},
	}
	apply(form, change)
	return r.postToken(t, form, nil)
}

func (r *rig) postToken(t *testing.T, form url.Values, prepare func(*http.Request)) (status int, answer map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.issuer+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if prepare != nil {
		prepare(req)
	}
	return r.json(t, req)
}

func (r *rig) json(t *testing.T, req *http.Request) (status int, answer map[string]any) {
	t.Helper()
	resp, err := r.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (r *rig) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	resp, err := r.browser.Get(r.issuer + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestNewRefusesWhatIsNotLoopback(t *testing.T) {
	t.Parallel()
	clients, users := []oidc.Client{{ID: "app"}}, []oidc.User{dana}
	for issuer, good := range map[string]bool{
		"http://127.0.0.1:9000": true, "http://[::1]:9000": true, "http://localhost/devidp/": true, "https://127.8.8.8": true,
		"https://login.example.com": false, "http://10.0.0.1": false, "http://0.0.0.0": false, "http://127.0.0.1.example.com": false,
		"localhost:9000": false, "ftp://localhost": false, "": false, "http://[": false,
	} {
		if _, err := oidc.New(issuer, clients, users, time.Now); (err == nil) != good {
			t.Errorf("New(%q) = %v, want accepted: %v", issuer, err, good)
		}
	}
	if _, err := oidc.New("http://localhost", nil, users, time.Now); err == nil {
		t.Error("a provider without clients was made")
	}
	if _, err := oidc.New("http://localhost", clients, nil, time.Now); err == nil {
		t.Error("a provider without users was made")
	}
}

func TestAnswersForItsOwnHostOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.issuer+"/keys", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.example"
	resp, err := r.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("status %d for a foreign host name, want 421", resp.StatusCode)
	}
}

func TestDiscoveryBelowAPath(t *testing.T) {
	t.Parallel()
	r := newRig(t, "/devidp")
	_, body := r.get(t, "/.well-known/openid-configuration")
	var meta map[string]any
	if err := json.Unmarshal([]byte(body), &meta); err != nil {
		t.Fatal(err)
	}
	if meta["issuer"] != r.issuer || meta["token_endpoint"] != r.issuer+"/token" {
		t.Errorf("issuer %v, token endpoint %v, want them below %s", meta["issuer"], meta["token_endpoint"], r.issuer)
	}
	if resp, keys := r.get(t, "/keys"); resp.StatusCode != http.StatusOK || strings.Contains(keys, `"d"`) {
		t.Errorf("status %d, keys %s: want public keys only", resp.StatusCode, keys)
	}
}
