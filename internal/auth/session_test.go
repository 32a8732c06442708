package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/people"
	"countersign/internal/standin/oidc"
)

// setCookie is the cookie of an answer, which must set exactly one of that name.
func setCookie(t *testing.T, a reply, name string) *http.Cookie {
	t.Helper()
	var found []*http.Cookie
	for _, c := range a.Cookies() {
		if c.Name == name {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d cookies %s in %v", len(found), name, a.Header["Set-Cookie"])
	}
	return found[0]
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		https  bool
		prefix string
	}{"Loopback": {false, "countersign"}, "HTTPS": {true, "__Host-countersign"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, c.https)
			b := r.browser(t)
			begun := b.do(http.MethodPost, "/auth/login", nil)
			finished := b.get(b.choose(b.next(begun), "dana"))
			attempt := begun.Cookies()[0].Name
			if !strings.HasPrefix(attempt, c.prefix+"-signin-") {
				t.Errorf("the cookie of the sign-in is %s", attempt)
			}
			for _, cookie := range []*http.Cookie{setCookie(t, begun, attempt), setCookie(t, finished, c.prefix)} {
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.Secure != c.https {
					t.Errorf("cookie %s", cookie.Raw)
				}
			}
			if left := setCookie(t, finished, attempt); left.MaxAge >= 0 {
				t.Errorf("the cookie of the sign-in stays: %s", left.Raw)
			}
			if got := setCookie(t, finished, c.prefix).MaxAge; got < 12*3600-5 || got > 12*3600+5 {
				t.Errorf("the session's cookie lives %d s, want 12 h", got)
			}
			if _, ok := b.person(); !ok {
				t.Error("nobody is signed in")
			}
			if got := b.get("/").Header.Get("Vary"); got != "Cookie" {
				t.Errorf("Vary is %q", got)
			}
		})
	}
}

// TestSessionFixation: a token that was planted before the sign-in is worth nothing after it.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	attacker := r.browser(t)
	attacker.begin("/")
	begun, planted := attacker.attempts()[0], strings.Repeat("p", 43)
	b.plant("countersign", planted)
	b.plant(begun.Name, begun.Value)
	authorize := b.begin("/")
	for _, own := range b.attempts() {
		if own.Name != begun.Name && own.Value == begun.Value {
			t.Error("a planted token is used for the sign-in")
		}
	}
	b.next(b.get(b.choose(authorize, "dana")))
	first := b.cookie("countersign")
	if first == planted || first == "" {
		t.Errorf("the session's token is %q", first)
	}
	// Signing in again changes it too, and ends the former session.
	b.next(b.signIn("/"))
	second := b.cookie("countersign")
	if second == first {
		t.Error("the token stayed the same over a second sign-in")
	}
	for name, token := range map[string]string{"planted": planted, "former": first} {
		thief := r.browser(t)
		thief.plant("countersign", token)
		if _, ok := thief.person(); ok {
			t.Errorf("the %s token is signed in", name)
		}
	}
}

func TestSignInIsNoSession(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.begin("/")
	b.plant("countersign", b.attempts()[0].Value)
	if _, ok := b.person(); ok {
		t.Error("the token of a sign-in under way is a session")
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.SessionIdle = 30 * time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	for range 4 { // used every 29 minutes, it lives on
		r.pass(29 * time.Minute)
		if _, ok := b.person(); !ok {
			t.Fatal("signed out although it was used")
		}
	}
	r.pass(30 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in after half an hour without use")
	}
	if got := b.cookie("countersign"); got != "" {
		t.Errorf("the cookie %q stays", got)
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.SessionLifetime = 2 * time.Hour })
	b := r.browser(t)
	b.mustSignIn()
	for range 5 {
		r.pass(20 * time.Minute)
		if _, ok := b.person(); !ok {
			t.Fatal("signed out before its lifetime")
		}
	}
	r.pass(20 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in after its lifetime, though it was in use")
	}
}

func TestStreamIsNoActivity(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.SessionIdle = 30 * time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	r.pass(20 * time.Minute)
	if _, ok := b.person("Accept", "text/event-stream"); !ok {
		t.Fatal("a stream is not signed in")
	}
	r.pass(20 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("an open stream kept the session alive")
	}
}

func TestBackgroundIsNoActivity(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.SessionIdle = 30 * time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	r.pass(20 * time.Minute)
	if _, ok := b.person(auth.BackgroundHeader, "1"); !ok {
		t.Fatal("a background request is not signed in")
	}
	r.pass(20 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("a page that reads itself again kept the session alive")
	}
}

func TestReadingWritesRarely(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	before := r.store.writes.Load()
	for range 20 {
		r.pass(5 * time.Second)
		b.person()
	}
	if n := r.store.writes.Load() - before; n != 1 {
		t.Errorf("%d writes for 20 requests in 100 s, want 1", n)
	}
	for range 3 {
		r.browser(t).person()
	}
	if n := r.store.writes.Load() - before; n != 1 {
		t.Error("a request without a session writes one")
	}
}

func TestWhatIsNoTokenIsNotLookedUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.plant("countersign", strings.Repeat("x", 3000))
	if _, ok := b.person(); ok || r.store.finds.Load() != 0 {
		t.Errorf("signed in: %v, %d look-ups", ok, r.store.finds.Load())
	}
}

func TestRevokedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.store.forget(t, b.cookie("countersign"))
	r.pass(10 * time.Minute) // so that the request would write the session
	if _, ok := b.person(); ok {
		t.Error("a deleted session is signed in")
	}
	if r.store.there(t, b.cookie("countersign")) {
		t.Error("the deleted session came back")
	}
}

// TestRevokedUnderWay deletes the row between the moment a request reads it and the moment it would
// write it.
func TestRevokedUnderWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = offline; cfg.RenewAfter = time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	token := b.cookie("countersign")
	r.wire.before("/token", func() { r.store.forget(t, token) })
	r.pass(2 * time.Minute)
	if _, ok := b.person(); ok {
		t.Error("signed in although the session was deleted while its groups were renewed")
	}
	rows, _, err := r.store.List(t.Context(), people.SessionQuery{Limit: 9})
	if err != nil || len(rows) != 0 {
		t.Errorf("the renewal wrote %d rows, %v", len(rows), err)
	}
}

func TestStoreBroken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	authorize := b.begin("/")
	r.store.broken.Store(true)
	if a := b.get("/"); a.StatusCode != http.StatusServiceUnavailable || strings.Contains(a.text, "broken") {
		t.Errorf("status %d: %s, want 503 without internals", a.StatusCode, a.text)
	}
	back := b.choose(authorize, "dana")
	starter := r.browser(t) // holds only the cookie of the sign-in
	starter.plant(b.attempts()[0].Name, b.attempts()[0].Value)
	if a := starter.get(back); a.kind() != "other" {
		t.Errorf("status %d: %s", a.StatusCode, a.text)
	}
	r.store.broken.Store(false)
	if _, ok := b.person(); !ok {
		t.Error("the session is gone after the store came back")
	}
}

// TestStoreReadOnly: whatever cannot be written is an error, never a sign-in or sign-out that only
// seems to have been. Who is signed in goes on reading, as long as the session lasts by what was
// written.
func TestStoreReadOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b, starter := r.browser(t), r.browser(t)
	b.mustSignIn()
	back := starter.choose(starter.begin("/"), "dana")
	r.store.readOnly.Store(true)
	for name, a := range map[string]reply{
		"Begin":   b.do(http.MethodPost, "/auth/login", nil),
		"Finish":  starter.get(back),
		"SignOut": b.do(http.MethodPost, "/auth/logout", nil),
	} {
		if a.kind() != "other" || !strings.Contains(a.text, errStore.Error()) {
			t.Errorf("%s: status %d: %s", name, a.StatusCode, a.text)
		}
	}
	r.pass(10 * time.Minute)
	if a := b.get("/"); a.StatusCode != http.StatusOK || !strings.Contains(r.log.String(), "the last use of a session was not recorded") {
		t.Errorf("a session whose use cannot be noted: status %d, log %s", a.StatusCode, r.log)
	}
	r.pass(24 * time.Hour)
	if a := b.get("/"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a session that cannot be ended: status %d", a.StatusCode)
	}
}

func TestOwnSessionError(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) {
		cfg.SessionError = func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusTeapot)
		}
	})
	b := r.browser(t)
	b.mustSignIn()
	r.store.broken.Store(true)
	if a := b.get("/"); a.StatusCode != http.StatusTeapot || !strings.Contains(a.text, errStore.Error()) {
		t.Errorf("status %d: %s", a.StatusCode, a.text)
	}
}

// TestRolesAreOfNow: the mapping is not frozen into the session.
func TestRolesAreOfNow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.cfg.Roles = auth.RoleGroups{Admin: []string{"finance"}}
	r.restart(t)
	if p, ok := b.person(); !ok || p.Roles.Reviewer || !p.Roles.Admin {
		t.Errorf("signed in: %v, roles %+v, want those of the new mapping", ok, p.Roles)
	}
}

func TestPersonOutsideTheMiddleware(t *testing.T) {
	t.Parallel()
	if p, ok := newRig(t).auth.Load().Person(t.Context()); ok {
		t.Errorf("%+v is signed in", p)
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.Scopes = offline; cfg.RenewAfter = time.Minute })
	b := r.browser(t)
	b.mustSignIn()
	user := dana
	user.Groups = []string{"audit"}
	for range 5 {
		r.pass(2 * time.Minute)
		r.SetUsers([]oidc.User{user})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, ok := b.person(); !ok {
					t.Error("signed out by a request beside")
				}
			})
		}
		wg.Wait()
		if p, _ := b.person(); !slices.Equal(p.Groups, user.Groups) {
			t.Errorf("groups %q, want %q", p.Groups, user.Groups)
		}
	}
	if strings.Contains(r.log.String(), "refused") {
		t.Errorf("a refresh token was used twice: %s", r.log)
	}
}
