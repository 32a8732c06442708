package auth_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/internal/standin/oidc"
)

var operator = callbacks.Person{ID: "p-op", Subject: "op", Name: "Olu Peters", Roles: callbacks.Roles{Admin: true}}

// dana is dana as the desk knows them.
func (r *rig) dana() callbacks.Person {
	return callbacks.Person{ID: r.id(dana.Subject), Issuer: r.issuer, Subject: dana.Subject}
}

// own are the sessions of dana.
func (r *rig) own(t *testing.T) []people.Session {
	t.Helper()
	list, _, err := r.auth.Load().OwnSessions(t.Context(), r.dana(), people.SessionQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSessionsAreListed: with what the browser said of itself, and nothing that signs anybody in.
func TestSessionsAreListed(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) {
		cfg.ClientAddress = func(r *http.Request) string { return r.Header.Get("From") }
	})
	b := r.browser(t)
	b.mustSignIn()
	began := r.now()
	r.pass(5 * time.Minute)
	b.person("From", "203.0.113.7", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	list := r.own(t)
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	s := list[0]
	if s.Name != dana.Name || s.Email != dana.Email || s.Browser != "Firefox 145 on Linux" || s.Address != "203.0.113.7" {
		t.Errorf("listed as %+v", s)
	}
	if s.SeenAt.Sub(s.SignedInAt).Round(time.Second) != 5*time.Minute || s.SignedInAt.Sub(began).Abs() > time.Minute {
		t.Errorf("signed in at %v, used at %v", s.SignedInAt, s.SeenAt)
	}
	b.person(auth.BackgroundHeader, "1", "From", "198.51.100.9")
	if again := r.own(t); again[0].Address != s.Address {
		t.Error("what a page asked by itself counts as use")
	}
	r.pass(13 * time.Hour)
	if list := r.own(t); len(list) != 0 {
		t.Errorf("a session that is over is listed: %+v", list)
	}
}

func TestEndSession(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]func(*rig) callbacks.Person{"Own": (*rig).dana, "Admin": func(*rig) callbacks.Person { return operator }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			by := who(r)
			b := r.browser(t)
			b.mustSignIn()
			s := r.own(t)[0]
			if _, err := r.auth.Load().EndSession(t.Context(), by, s.ID); err != nil {
				t.Fatal(err)
			}
			if _, ok := b.person(); ok {
				t.Error("still signed in")
			}
			if told := r.endedSessions(); !slices.Equal(told, []callbacks.ID{s.ID}) {
				t.Errorf("told the end of %q, want %q", told, s.ID)
			}
			said := r.actions()[len(r.actions())-1]
			if !strings.HasPrefix(said, "person "+map[bool]string{true: operator.ID, false: dana.Subject}[by.Roles.Admin]+" session.ended: Ended ") || strings.Contains(said, "of Dana Whitfield") != (name == "Admin") {
				t.Errorf("the audit says %q", said)
			}
			if _, err := r.auth.Load().EndSession(t.Context(), by, s.ID); !errors.Is(err, callbacks.ErrNotFound) {
				t.Errorf("a second end gives %v", err)
			}
		})
	}
}

func TestEndSessionOfAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	auditor := callbacks.Person{ID: "p-au", Subject: "au", Roles: callbacks.Roles{Auditor: true, Reviewer: true}}
	if _, err := r.auth.Load().EndSession(t.Context(), auditor, r.own(t)[0].ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("another's session: %v", err)
	}
	if _, _, err := r.auth.Load().AllSessions(t.Context(), auditor, people.SessionQuery{}); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("everybody's sessions: %v", err)
	}
	if _, ok := b.person(); !ok || len(r.actions()) != 1 {
		t.Errorf("signed in: %t, audit %q", ok, r.actions())
	}
}

// TestEndOthers ends more sessions than a page has, and not the one that asks.
func TestEndOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	here := r.browser(t)
	here.mustSignIn()
	r.pass(time.Second)
	for i := range 205 {
		s := people.StoredSession{TokenHash: []byte{byte(i)}, Sealed: []byte{}, ExpiresAt: time.Now().Add(time.Hour), Session: people.Session{
			ID: callbacks.ID(fmt.Sprintf("s%d", i)), Person: r.id(dana.Subject), SignedInAt: r.now(), SeenAt: r.now(),
		}}
		if err := r.store.Insert(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if a := here.do(http.MethodPost, "/end-others", nil); a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	if _, ok := here.person(); !ok || len(r.own(t)) != 1 || len(r.endedSessions()) != 205 {
		t.Errorf("signed in: %t, left %d, told %d", ok, len(r.own(t)), len(r.endedSessions()))
	}
}

// TestEndsAreTold: whatever ends a session ends what is open under it.
func TestEndsAreTold(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*rig, *browser){
		"SignOut":     func(_ *rig, b *browser) { b.do(http.MethodPost, "/auth/logout", nil) },
		"SignInAgain": func(_ *rig, b *browser) { b.next(b.signIn("/")) },
		"Idle":        func(r *rig, b *browser) { r.pass(time.Hour); b.person() },
		"Lifetime":    func(r *rig, b *browser) { r.pass(13 * time.Hour); b.person() },
		"Refused": func(r *rig, b *browser) {
			r.SetUsers([]oidc.User{{Subject: "lee"}})
			r.pass(15 * time.Minute)
			b.person()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, b := newRenewingRig(t)
			id := r.own(t)[0].ID
			end(r, b)
			if told := r.endedSessions(); !slices.Equal(told, []callbacks.ID{id}) {
				t.Errorf("told the end of %q, want %q", told, id)
			}
		})
	}
}

// TestDeletedWhileItIsTouched: between a request's reading of its session and its writing somebody
// ends it.
func TestDeletedWhileItIsTouched(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	token := b.cookie("countersign")
	r.pass(10 * time.Minute)
	// The first reading finds what is due; the second is the one that is written.
	second := func() { r.store.forget(t, token) }
	first := func() { r.store.afterFind.Store(&second) }
	r.store.afterFind.Store(&first)
	if _, ok := b.person(); ok {
		t.Error("signed in although the session was ended")
	}
	if r.store.there(t, token) {
		t.Error("the deleted session came back")
	}
}

// TestAttemptCountsOnce: of two replicas that take one sign-in at the same moment, one goes on.
func TestAttemptCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	back := b.choose(b.begin("/"), "dana")
	faster := func() { r.store.forget(t, b.attempts()[0].Value) }
	// The session's own cookie is not there yet, so the first reading is that of the attempt.
	r.store.afterFind.Store(&faster)
	if a := b.get(back); a.kind() != "state" {
		t.Errorf("status %d: %s", a.StatusCode, a.text)
	}
}

// TestStoreKnowsNothing: neither tokens, nor a verifier, nor what the provider gave are in what the
// store is given.
func TestStoreKnowsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = offline })
	b := r.browser(t)
	b.mustSignIn()
	token := b.cookie("countersign")
	sealed, _, err := r.store.Find(t.Context(), auth.HashOf(token))
	if err != nil {
		t.Fatal(err)
	}
	for _, clear := range []string{token, dana.Subject, dana.Name, "refresh_token", "id_token", "eyJ"} {
		if bytes.Contains(sealed, []byte(clear)) {
			t.Errorf("the store holds %q in clear", clear)
		}
	}
	data, ok := r.auth.Load().Open(token, sealed)
	if !ok || !bytes.Contains(data, []byte("refresh_token")) {
		t.Errorf("opened: %t; it holds %q", ok, data)
	}
	if _, ok := r.auth.Load().Open(strings.Repeat("x", 43), sealed); ok {
		t.Error("what one token holds opens under another")
	}
	sealed[len(sealed)-1]++
	if _, ok := r.auth.Load().Open(token, sealed); ok {
		t.Error("what was altered opens")
	}
}

// TestKeyIsReplaced: people stay signed in while both keys are listed. With the new one alone
// whoever has not come since is signed out, which is logged once, counted, and no failure.
func TestKeyIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	came, away := r.browser(t), r.browser(t)
	came.mustSignIn()
	away.mustSignIn()
	older, newer := r.cfg.SessionKeys[0], bytes.Repeat([]byte("n"), 32)
	r.cfg.SessionKeys = [][]byte{newer, older}
	r.restart(t)
	r.pass(5 * time.Minute)
	if _, ok := came.person(); !ok {
		t.Fatal("signed out while the older key is listed")
	}
	r.cfg.SessionKeys = [][]byte{newer}
	r.restart(t)
	if _, ok := came.person(); !ok {
		t.Error("a session that was used since is not sealed with the new key")
	}
	for range 3 {
		if a := away.get("/"); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("status %d: %s", a.StatusCode, a.text)
		}
	}
	if n := r.auth.Load().UnopenedSessions(); n != 3 || strings.Count(r.log.String(), "encrypted with a key that is not configured") != 1 {
		t.Errorf("counted %d, log %s", n, r.log)
	}
	away.mustSignIn()
	if _, ok := away.person(); !ok {
		t.Error("nobody can sign in again")
	}
}

// TestSessionLasts: what a stream asks now and then.
func TestSessionLasts(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.SessionIdle, cfg.SessionLifetime = time.Hour, 90*time.Minute })
	b := r.browser(t)
	if got := b.lasts(); got != 0 {
		t.Errorf("nobody's session lasts %v", got)
	}
	b.mustSignIn()
	if got := b.lasts().Round(time.Minute); got != time.Hour {
		t.Errorf("a fresh session lasts %v, want an hour", got)
	}
	r.pass(45 * time.Minute)
	if got := b.lasts().Round(time.Minute); got != 45*time.Minute {
		t.Errorf("just used, it lasts %v, want the rest of its lifetime", got)
	}
	token := b.cookie("countersign")
	ended := func() { r.store.forget(t, token) } // after the request was let in
	r.store.afterFind.Store(&ended)
	if got := b.lasts(); got != 0 {
		t.Errorf("an ended session lasts %v", got)
	}
}

// lasts is what [Auth.SessionLasts] says behind the middleware.
func (b *browser) lasts() time.Duration {
	b.t.Helper()
	d, err := time.ParseDuration(b.get("/lasts").text)
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func TestBrowserName(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                               "Firefox 145 on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36":                      "Chrome 143 on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0":        "Edge 143 on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15":                "Safari 26 on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0 Mobile/15E148 Safari/604": "Chrome 143 on iOS",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36":  "Samsung Internet 29 on Android",
		"curl/8.14.1":               "curl/8.14.1",
		"":                          "",
		"Corp\x00Agent\u202e/1 (x)": "Corp Agent\u202e/1", // pages mark what cannot be seen
		strings.Repeat("é", 3000):   strings.Repeat("é", 79) + "…",
		"\xff\xfe":                  "",
		"Mozilla/5.0 Chrome/" + strings.Repeat("9", 9): "Chrome 9999",
	} {
		if got := auth.BrowserName(agent); got != want {
			t.Errorf("%q is read as %q, want %q", agent, got, want)
		}
	}
}
