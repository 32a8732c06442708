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

// attemptLifetime is how long a sign-in may take from the first click to the way back from the provider.
const attemptLifetime = 10 * time.Minute

// Auth signs people in and out and knows who a request is from. Make it with [New]; it is safe for concurrent use.
type Auth struct {
	cfg      Config
	provider *provider
	sessions *scs.SessionManager // who is signed in

	// changing serialises read-change-write of stored sessions in this process, so that of two requests that come at once
	// neither undoes what the other wrote. Between processes the store's single reads and writes have to do.
	changing sync.Mutex
}

// New checks the configuration and reports every fault in it. It does not call the provider, which may be down.
func New(cfg Config) (*Auth, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("sign-in is not configured: %w", err)
	}
	return &Auth{
		cfg:      cfg,
		provider: newProvider(cfg),
		sessions: newManager(cfg, "countersign", cfg.SessionLifetime),
	}, nil
}

// newManager makes an scs manager whose cookie is bound to our host where the origin is https (RFC 6265bis section 4.1.3.2).
// It is a literal because scs.New starts a goroutine that nobody can stop. The price: all such managers keep their data
// under one context key, so a context holds the data of one of them only (see session.data).
func newManager(cfg Config, cookie string, lifetime time.Duration) *scs.SessionManager {
	secure := strings.HasPrefix(cfg.BaseURL, "https:")
	if secure {
		cookie = "__Host-" + cookie
	}
	return &scs.SessionManager{
		Store: cfg.Store, Lifetime: lifetime, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{
			Name: cookie, Path: "/", HttpOnly: true, Secure: secure, Persist: true,
			SameSite: http.SameSiteLaxMode, // Strict would leave out the cookie on the way back from the provider
		},
	}
}

// Available reports whether sign-in can begin: nil, or an error that matches [ErrProviderUnavailable] or [ErrProviderUnfit]. It
// asks the provider at most every few seconds, and waits for it a few seconds at most.
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

// audit records that an actor signed in or out.
func (a *Auth) audit(ctx context.Context, actor callbacks.Actor, action callbacks.Action, detail string) error {
	entry := callbacks.AuditEntry{At: a.cfg.Now(), Actor: actor, Action: action, Detail: detail}
	if err := a.cfg.Record(ctx, entry); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
