package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"countersign/internal/callbacks"
	"countersign/internal/keyring"
	"countersign/internal/people"
)

// attemptLifetime is how long a sign-in may take, from the first click until the provider sends the
// browser back.
const attemptLifetime = 10 * time.Minute

// Auth signs people in and out and knows which person sent a request. Make it with [New]; it is
// safe for concurrent use.
type Auth struct {
	cfg      Config
	provider *provider
	safe     *safe
	sessions *scs.SessionManager // sessions of people who are signed in
	// the same sessions, for a sign-in: only this manager inserts a session
	opening *scs.SessionManager

	// changing serialises read-change-write of stored sessions in this process, so that two
	// requests at the same time need no second try. Between processes, the store updates a session
	// only if it still holds what was read.
	changing *sync.Mutex
}

// sessionCookie is the name of the session's cookie.
const sessionCookie = "countersign"

// New checks the configuration and reports every fault in it. It does not call the provider, which
// may be down.
func New(cfg Config) (*Auth, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("sign-in is not configured: %w", err)
	}
	keys, err := keyring.New(cfg.SessionKeys)
	if err != nil {
		return nil, fmt.Errorf("sign-in needs a key for its sessions: %w", err)
	}
	kept := &safe{store: cfg.Store, keys: keys, log: cfg.Logger}
	return &Auth{
		cfg:      cfg,
		changing: new(sync.Mutex),
		provider: newProvider(cfg),
		safe:     kept,
		sessions: newManager(cfg, vault{safe: kept}, sessionCookie, cfg.SessionLifetime),
		opening:  newManager(cfg, vault{safe: kept, begins: true}, sessionCookie, cfg.SessionLifetime),
	}, nil
}

// WithRoles returns the same sign-in with other groups for the roles. Both have the same sessions,
// and people have the roles of the one that their request reaches.
func (a *Auth) WithRoles(groups RoleGroups) *Auth {
	other := *a
	other.cfg.Roles = groups
	return &other
}

// Known returns the person of a stored profile. The roles are those that the groups give which were
// read last, and every name and address that the provider ever said is among the user names.
func (a *Auth) Known(p people.Profile) callbacks.Person {
	known := callbacks.Person{
		ID: p.ID, Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Email: p.Email,
		Groups: p.Groups, GroupsReadAt: p.GroupsReadAt,
		EmailVerified: p.Email != "" && (p.Verified() || a.cfg.EmailTrusted),
		GivenName:     p.GivenName, FamilyName: p.FamilyName, UserNames: slices.Clone(p.UserNames),
	}
	for _, address := range p.Addresses {
		known.UserNames = append(known.UserNames, address.Address)
	}
	known.Roles = a.cfg.Roles.roles(known)
	return known
}

// Roles are those that the configuration gives a person by their groups.
func (a *Auth) Roles(p callbacks.Person) callbacks.Roles { return a.cfg.Roles.roles(p) }

// newManager makes an scs manager. If the origin is https, its cookie is bound to our host (RFC
// 6265bis section 4.1.3.2). The manager is a literal because scs.New starts a goroutine that cannot
// be stopped. As a consequence all such managers keep their data under the same context key, so a
// context can hold the data of only one of them (see session.data).
func newManager(cfg Config, store vault, cookie string, lifetime time.Duration) *scs.SessionManager {
	secure := strings.HasPrefix(cfg.BaseURL, "https:")
	if secure {
		cookie = "__Host-" + cookie
	}
	return &scs.SessionManager{
		Store: store, Lifetime: lifetime, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{
			Name: cookie, Path: "/", HttpOnly: true, Secure: secure, Persist: true,
			// with Strict, the browser would not send the cookie when the provider sends it back
			SameSite: http.SameSiteLaxMode,
		},
	}
}

// Available reports whether sign-in can begin. It returns nil, or an error that matches
// [ErrProviderUnavailable] or [ErrProviderUnfit]. It asks the provider at most once every few
// seconds and waits at most a few seconds for the answer.
func (a *Auth) Available(ctx context.Context) error {
	_, err := a.provider.ready(ctx)
	return err
}

// tokenLength is the length of a token that scs makes from 32 random bytes.
const tokenLength = 43

// tokenOf returns the token in the manager's cookie. It is empty if the cookie's value cannot be a
// token, so that no such value is looked up.
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

// keepPerson stores what the provider said about the person of a session. Whether the configuration
// trusts addresses is not stored with it.
func (a *Auth) keepPerson(ctx context.Context, rec record) error {
	rec.Earlier = nil // the provider does not say it now
	said := people.NewProfile(rec.person(&a.cfg), rec.EmailVerified, a.cfg.Now())
	if err := a.cfg.People.KeepPerson(ctx, said); err != nil {
		return fmt.Errorf("store the person's profile: %w", err)
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
