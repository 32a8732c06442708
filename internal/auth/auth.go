package auth

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"countersign/internal/callbacks"
)

// attemptLifetime is how long a sign-in may take from the first click to the way back from the
// provider.
const attemptLifetime = 10 * time.Minute

// Auth signs people in and out and knows who a request is from. Make it with [New]; it is safe for
// concurrent use.
type Auth struct {
	cfg      Config
	provider *provider
	safe     *safe
	sessions *scs.SessionManager // who is signed in
	opening  *scs.SessionManager // the same, for a sign-in: it alone makes a session

	// changing serialises read-change-write of stored sessions in this process, so that of two
	// requests that come at once neither has to try twice. Between processes the store writes only
	// what is as it was found.
	changing sync.Mutex
}

// sessionCookie is the name of the session's cookie.
const sessionCookie = "countersign"

// New checks the configuration and reports every fault in it. It does not call the provider, which
// may be down.
func New(cfg Config) (*Auth, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("sign-in is not configured: %w", err)
	}
	keys, err := newKeyring(cfg.SessionKeys)
	if err != nil {
		return nil, fmt.Errorf("sign-in is not configured: %w", err)
	}
	kept := &safe{store: cfg.Store, keys: keys, log: cfg.Logger}
	return &Auth{
		cfg:      cfg,
		provider: newProvider(cfg),
		safe:     kept,
		sessions: newManager(cfg, vault{safe: kept}, sessionCookie, cfg.SessionLifetime),
		opening:  newManager(cfg, vault{safe: kept, begins: true}, sessionCookie, cfg.SessionLifetime),
	}, nil
}

// newManager makes an scs manager whose cookie is bound to our host where the origin is https (RFC
// 6265bis section 4.1.3.2). It is a literal because scs.New starts a goroutine that nobody can
// stop. The price: all such managers keep their data under one context key, so a context holds the
// data of one of them only (see session.data).
func newManager(cfg Config, store vault, cookie string, lifetime time.Duration) *scs.SessionManager {
	secure := strings.HasPrefix(cfg.BaseURL, "https:")
	if secure {
		cookie = "__Host-" + cookie
	}
	return &scs.SessionManager{
		Store: store, Lifetime: lifetime, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{
			Name: cookie, Path: "/", HttpOnly: true, Secure: secure, Persist: true,
			// Strict would leave out the cookie on the way back from the provider
			SameSite: http.SameSiteLaxMode,
		},
	}
}

// Available reports whether sign-in can begin: nil, or an error that matches
// [ErrProviderUnavailable] or [ErrProviderUnfit]. It asks the provider at most every few seconds,
// and waits for it a few seconds at most.
func (a *Auth) Available(ctx context.Context) error {
	_, err := a.provider.ready(ctx)
	return err
}

// tokenLength is the length of what scs makes of 32 random bytes.
const tokenLength = 43

// tokenOf is the token in the manager's cookie, or empty. What cannot be a token is not looked up.
func tokenOf(m *scs.SessionManager, r *http.Request) string {
	cookie, err := r.Cookie(m.Cookie.Name)
	if err != nil || len(cookie.Value) != tokenLength {
		return ""
	}
	return cookie.Value
}

// save writes a manager's session to the store and its cookie to the response.
func save(ctx context.Context, m *scs.SessionManager, w http.ResponseWriter) error {
	token, expiry, err := m.Commit(ctx)
	if err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	m.WriteSessionCookie(ctx, w, token, expiry)
	return nil
}

// destroy deletes a manager's session from the store and its cookie from the browser.
func destroy(ctx context.Context, m *scs.SessionManager, w http.ResponseWriter) error {
	if err := m.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	m.WriteSessionCookie(ctx, w, "", time.Time{})
	return nil
}

// keepPerson keeps what the provider said of the person of a session. Whether the configuration
// trusts addresses is no part of that.
func (a *Auth) keepPerson(ctx context.Context, rec record) error {
	said := callbacks.NewProfile(rec.person(&a.cfg), rec.EmailVerified, a.cfg.Now())
	if err := a.cfg.People.KeepPerson(ctx, said); err != nil {
		return fmt.Errorf("keep the person's profile: %w", err)
	}
	return nil
}

// audit records that an actor signed in or out.
func (a *Auth) audit(ctx context.Context, actor callbacks.Actor, action callbacks.Action, detail string) error {
	entry := callbacks.AuditEntry{At: a.cfg.Now(), Actor: actor, Action: action, Detail: detail}
	if err := a.cfg.Record(ctx, entry); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
