package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/standin/oidc"
)

// TestProviderStops: the address of the provider is known, and still nobody is sent to it while it
// does not answer.
func TestProviderStops(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.browser(t).mustSignIn()
	r.wire.cut.Store(true)
	r.pass(5 * time.Second) // the last answer speaks for it until then
	asked := r.wire.requests.Load()
	b := r.browser(t)
	for range 5 { // only the first asks
		if a := b.do(http.MethodPost, "/auth/login", nil); a.kind() != "unavailable" || len(b.attempts()) != 0 {
			t.Errorf("%d sign-ins under way: %s", len(b.attempts()), a.text)
		}
		if err := r.auth.Load().Available(t.Context()); !errors.Is(err, auth.ErrProviderUnavailable) {
			t.Errorf("Available is %v", err)
		}
	}
	if n := r.wire.requests.Load() - asked; n != 2 {
		t.Errorf("%d requests, want one for the document and one for the sign-in page", n)
	}
	r.wire.cut.Store(false)
	r.pass(5 * time.Second)
	b.mustSignIn()
}

// TestAnyAnswerIsAlive: the look does not judge. A provider may keep its document elsewhere, and
// dislike a sign-in page without parameters.
func TestAnyAnswerIsAlive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document, page int
		want           string
	}{
		"DocumentGone":      {http.StatusNotFound, 0, ""},
		"DocumentThrottled": {http.StatusTooManyRequests, 0, ""},
		"PageDislikes":      {http.StatusBadGateway, http.StatusBadRequest, ""},
		"PageOnlyPosts":     {http.StatusServiceUnavailable, http.StatusMethodNotAllowed, ""},
		"PageFails":         {http.StatusServiceUnavailable, http.StatusInternalServerError, ""},
		"NobodyBehind":      {http.StatusBadGateway, http.StatusGatewayTimeout, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if err := r.auth.Load().Available(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.pass(5 * time.Second)
			r.wire.reply(func(req *http.Request) *http.Response {
				switch {
				case strings.HasSuffix(req.URL.Path, "/openid-configuration"):
					return jsonResponse(req, c.document, "no")
				case strings.HasSuffix(req.URL.Path, "/authorize"):
					return jsonResponse(req, c.page, "no")
				}
				return nil
			})
			a := r.browser(t).do(http.MethodPost, "/auth/login", nil)
			if c.want == "" && a.StatusCode != http.StatusSeeOther || c.want != "" && a.kind() != c.want {
				t.Errorf("status %d: %s", a.StatusCode, a.text)
			}
		})
	}
}

// TestHangingProvider: whoever signs in waits for a bounded time, all for the same look; whoever
// signs out does not wait.
func TestHangingProvider(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.pass(5 * time.Second)
	hangs := make(chan struct{}, 10)
	r.wire.reply(func(req *http.Request) *http.Response {
		hangs <- struct{}{}
		<-req.Context().Done()
		return nil
	})
	var all sync.WaitGroup
	for range 3 {
		visitor := r.browser(t)
		all.Go(func() {
			if a := visitor.do(http.MethodPost, "/auth/login", nil); a.kind() != "unavailable" {
				t.Errorf("%s", a.text)
			}
		})
	}
	<-hangs
	if a := b.do(http.MethodPost, "/auth/logout", nil); !strings.HasPrefix(b.next(a), r.issuer) {
		t.Errorf("sign-out leads to %s", b.next(a))
	}
	all.Wait()
	if len(hangs) != 1 {
		t.Errorf("%d questions more, want one for the sign-in page", len(hangs))
	}
}

// TestRequirementIsLifted: an operator who turns pushed requests off at the provider is believed
// within the minute.
func TestRequirementIsLifted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	m.say("require_pushed_authorization_requests", true)
	if a := r.browser(t).do(http.MethodPost, "/auth/login", nil); a.kind() != "unfit" || !strings.Contains(a.text, "pushed authorization requests (PAR)") {
		t.Errorf("%s", a.text)
	}
	if err := r.auth.Load().Available(t.Context()); !errors.Is(err, auth.ErrProviderUnfit) || auth.FaultOf(err) != auth.FaultPushed {
		t.Errorf("Available is %v", err)
	}
	m.say("require_pushed_authorization_requests", false)
	r.pass(time.Minute)
	r.browser(t).mustSignIn()
}

// TestFaults: what only an operator can mend is told apart, in the log's words and in the person's.
func TestFaults(t *testing.T) {
	t.Parallel()
	const encrypted = "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIiwiY3R5IjoiSldUIn0.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"
	for name, c := range map[string]struct {
		methods any
		status  int
		body    string
		fault   auth.Fault
		says    string
	}{
		"Encrypted":    {nil, http.StatusOK, `{"access_token":"at","token_type":"Bearer","id_token":"` + encrypted + `"}`, auth.FaultEncrypted, "the ID token is encrypted"},
		"NoIDToken":    {nil, http.StatusOK, `{"access_token":"at","token_type":"Bearer","scope":"profile email"}`, auth.FaultNoIDToken, "has no ID token"},
		"WrongSecret":  {nil, http.StatusUnauthorized, `{"error":"invalid_client"}`, auth.FaultClient, "refuses the client (401 Unauthorized"},
		"MayNot":       {nil, http.StatusBadRequest, `{"error":"unauthorized_client"}`, auth.FaultClient, "refuses the client"},
		"OnlyKeys":     {[]string{"private_key_jwt"}, http.StatusUnauthorized, `{"error":"invalid_client"}`, auth.FaultClientMethod, "does not accept a client secret, and the desk has no other"},
		"ClientByKeys": {nil, http.StatusUnauthorized, `{"error":"invalid_client","error_description":"The request must contain client_assertion."}`, auth.FaultClientMethod, "does not accept a client secret"},
		"UsedCode":     {nil, http.StatusBadRequest, `{"error":"invalid_grant"}`, "", "exchange the code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.move(t, "ES256")
			m.say("token_endpoint_auth_methods_supported", c.methods)
			b := r.browser(t)
			back := b.choose(b.begin("/"), "dana")
			r.wire.answerInPlace("/token", c.status, c.body)
			a := b.get(back)
			if a.kind() != "token" || !strings.Contains(a.text, c.says) || a.Header.Get("Fault") != string(c.fault) {
				t.Errorf("fault %q: %s", a.Header.Get("Fault"), a.text)
			}
			if words := c.fault.ForPerson(); c.fault != "" && (words == "" || strings.Contains(words, "token")) {
				t.Errorf("the person reads %q", words)
			}
		})
	}
}

// TestRefusals: what the provider says in its redirect, in a code or in words alone.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for description, c := range map[string]struct {
		code  string
		fault auth.Fault
		says  string
	}{
		"Pushed Authorization Request must be used.": {"invalid_request", auth.FaultPushed, "Turn off the requirement"},
		"The scope groups is unknown.":               {"invalid_scope", auth.FaultScope, "COUNTERSIGN_OIDC_SCOPES"},
		"Not for this flow.":                         {"unauthorized_client", auth.FaultClient, "refuses the client"},
		"A parameter is missing.":                    {"invalid_request", "", "A parameter is missing."},
		"No.":                                        {"access_denied", "", "access_denied"},
	} {
		r := newRig(t)
		r.Misbehave(oidc.Faults{Refuse: c.code})
		b := r.browser(t)
		a := b.get(change(t, b.choose(b.begin("/"), "dana"), "error_description", description))
		if a.Header.Get("Fault") != string(c.fault) || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: fault %q: %s", description, a.Header.Get("Fault"), a.text)
		}
	}
}
