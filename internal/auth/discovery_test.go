package auth_test

import (
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAlgorithms: what a provider may sign with, under each of its names.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.move(t, alg)
			r.browser(t).mustSignIn()
		})
	}
}

// TestProviderChangesItsAlgorithm: nobody is locked out, and not even one sign-in fails.
func TestProviderChangesItsAlgorithm(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"ES384", "PS256", "Ed25519"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.move(t, "RS256")
			r.browser(t).mustSignIn()
			back := r.browser(t)
			address := back.choose(back.begin("/"), "dana") // under way while it changes
			m.sign(t, alg)
			m.announce(alg)
			back.next(back.get(address))
			r.browser(t).mustSignIn()
			if n := m.count("/keys"); n != 2 {
				t.Errorf("the keys were read %d times, want once at first and once for the change", n)
			}
		})
	}
}

// TestAlgorithmIsNotFreelyChosen: what the provider does not announce is refused, however good the
// signature.
func TestAlgorithmIsNotFreelyChosen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES384")
	m.announce("RS256", "HS256")
	a := r.browser(t).signIn("/")
	if a.kind() != "token" || !strings.Contains(a.text, `it is signed with "ES384"; the provider announces RS256)`) {
		t.Errorf("%s", a.text)
	}
}

// TestBadTokensAskSeldom: tokens that fit nothing make one reading a minute, not one each.
func TestBadTokensAskSeldom(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	r.browser(t).mustSignIn()
	m.say("jwks_uri", r.issuer+"/old-keys")
	r.wire.reply(func(req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, "/old-keys") {
			req = req.Clone(req.Context())
			return jsonResponse(req, http.StatusOK, foreignKey)
		}
		return m.reply(req)
	})
	m.sign(t, "ES256")
	before := m.count("/token")
	for range 5 {
		if a := r.browser(t).signIn("/"); a.kind() != "token" || !strings.Contains(a.text, "none of the provider's published keys matches") {
			t.Errorf("%s", a.text)
		}
	}
	// One request looks whether the provider answers; all of this is within the seconds that its
	// reply is good for.
	if n := m.count("/openid-configuration"); m.count("/token") != before+5 || n != 3 {
		t.Errorf("%d requests for the discovery document, want the first, one look and one for the bad tokens", n)
	}
	m.say("jwks_uri", r.issuer+"/keys")
	r.pass(time.Minute)
	r.browser(t).mustSignIn()
}

// TestWithdrawnKey: a key that the provider publishes no more is good for an hour at most.
func TestWithdrawnKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	r.browser(t).mustSignIn()
	m.mu.Lock()
	stolen, id := m.private, m.key
	m.mu.Unlock()
	m.sign(t, "ES256")
	published := m.key
	forge := func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.private, m.key = stolen, id
	}
	r.wire.reply(func(req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, "/keys") {
			m.mu.Lock()
			m.key = published
			m.mu.Unlock()
		}
		return m.reply(req)
	})
	forge()
	r.browser(t).mustSignIn() // until the hour is over
	r.pass(time.Hour)
	b := r.browser(t)
	back := b.choose(b.begin("/"), "dana")
	forge()
	if a := b.get(back); a.kind() != "token" {
		t.Errorf("a withdrawn key is good after an hour: %s", a.text)
	}
}

// TestOutageTakesNothingAway: what is known of the provider stays while its document cannot be read
// again.
func TestOutageTakesNothingAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.browser(t).mustSignIn()
	r.wire.answerInPlace("/openid-configuration", http.StatusBadGateway, "no")
	for range 3 {
		r.pass(time.Hour)
		r.browser(t).mustSignIn()
	}
	if log := r.log.String(); !strings.Contains(log, "keeps using the one it has") || !strings.Contains(log, "502") {
		t.Errorf("log: %s", log)
	}
}

// TestClockLeeway: the provider's clock may be off, at both ends of a token's time alike.
func TestClockLeeway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claim string
		ahead time.Duration
		want  string
	}{
		"EndedJustNow":     {"exp", -4 * time.Minute, ""},
		"Ended":            {"exp", -6 * time.Minute, "it expired at"},
		"BeginsInAMoment":  {"nbf", 4 * time.Minute, ""},
		"BeginsMuchLater":  {"nbf", 6 * time.Minute, "it is valid from"},
		"BeginsAtAnyPoint": {"nbf", -time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.move(t, "ES256")
			m.token = func(claims map[string]any) { claims[c.claim] = r.now().Add(c.ahead).Unix() }
			a := r.browser(t).signIn("/")
			if c.want == "" && a.StatusCode != http.StatusSeeOther || !strings.Contains(a.text, c.want) {
				t.Errorf("status %d: %s, want %q", a.StatusCode, a.text, c.want)
			}
		})
	}
}

// TestTokenWithoutEnd: a token that says nothing of its end has ended.
func TestTokenWithoutEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.move(t, "ES256")
	m.token = func(claims map[string]any) { delete(claims, "exp") }
	if a := r.browser(t).signIn("/"); a.kind() != "token" {
		t.Errorf("%s", a.text)
	}
}

// TestAccessTokenOfEd25519: the hash of the access token is checked under the new name as well.
func TestAccessTokenOfEd25519(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   string
		kind string
	}{"Same": {"an access token", ""}, "Another": {"another", "token"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.move(t, "Ed25519")
			m.token = func(claims map[string]any) {
				sum := sha512.Sum512([]byte(c.of))
				claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:32])
				claims["email_verified"] = true
			}
			m.access = "an access token"
			if a := r.browser(t).signIn("/"); c.kind != "" && a.kind() != c.kind || c.kind == "" && a.StatusCode != http.StatusSeeOther {
				t.Errorf("status %d: %s", a.StatusCode, a.text)
			}
		})
	}
}
