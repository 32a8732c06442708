package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"countersign/internal/callbacks"
	"countersign/internal/loopback"
)

// Paths of ours that the provider has to know: register them with the client.
const (
	CallbackPath  = "/auth/callback" // redirect URI
	SignedOutPath = "/signin"        // post-logout redirect URI
)

// SignedOut is the parameter "state" with which a sign-out arrives at [SignedOutPath].
const SignedOut = "signed_out"

// Defaults of what a Config leaves at zero.
const (
	DefaultSessionIdle     = time.Hour
	DefaultSessionLifetime = 12 * time.Hour
	DefaultGroupsClaim     = "groups"
)

// RoleGroups names the groups that have a role. A role without groups is nobody's.
type RoleGroups struct {
	Reviewer []string
	Admin    []string
	Auditor  []string
}

// roles are the roles of somebody in these groups.
func (g RoleGroups) roles(p callbacks.Person) callbacks.Roles {
	return callbacks.Roles{Reviewer: p.InGroup(g.Reviewer), Admin: p.InGroup(g.Admin), Auditor: p.InGroup(g.Auditor)}
}

// Config is what [New] needs. BaseURL, Issuer, ClientID, Store, SessionKeys, Record and People are
// required.
type Config struct {
	Issuer       string // as the provider writes it, to the letter; https, or http on loopback
	ClientID     string // as registered with the provider
	ClientSecret string // empty for a public client: PKCE protects the code either way
	// our own origin as browsers see it; decides the cookie's name and Secure attribute
	BaseURL     string
	Scopes      []string // default openid, profile, email; offline_access allows RenewAfter
	GroupsClaim string   // a dot path such as realm_access.roles reaches into objects
	Roles       RoleGroups
	// AuthParams are added to the authorization request, such as access_type=offline. A parameter
	// without value leaves out one that we would send ourselves, such as prompt.
	AuthParams url.Values
	// SignOutURL is where the provider ends its session, in place of the endpoint that it
	// publishes: for providers that want other parameters. {client_id} and {return_to} stand for
	// our client ID and the address to come back to.
	SignOutURL string
	// every address of the provider belongs to its person, although no claim says so
	EmailTrusted bool

	SessionIdle     time.Duration // without a request; to within a minute
	SessionLifetime time.Duration // since the sign-in, used or not
	// RenewAfter is the age at which the groups of a session are read again: with the provider's
	// refresh token, else at userinfo for as long as the access token lives. A refusal ends the
	// session. Zero leaves it to SessionLifetime.
	RenewAfter time.Duration

	Store Store
	// AES-256; the first encrypts what the store keeps, all of them decrypt it
	SessionKeys [][]byte
	HTTPClient  *http.Client // for calls to the provider; its answers are bounded whatever it is
	Now         func() time.Time
	Logger      *slog.Logger // told what no caller is told: renewals that failed

	// Record writes the audit entry of a sign-in or sign-out; an error stops it.
	Record func(context.Context, callbacks.AuditEntry) error
	// People keeps what the provider says of whoever signs in. At a sign-in an error stops it.
	People callbacks.People
	// Ended is told the ID of each session that ends before its time, once it is deleted, so that
	// what is open under it ends too. It must not wait. Nil tells nobody.
	Ended func(callbacks.ID)
	// ClientAddress is where a request comes from, as the list of sessions shows it; nil is the
	// address that is connected.
	ClientAddress func(*http.Request) string
	// SessionError answers a request whose session could not be read; nil is a plain 503.
	SessionError func(http.ResponseWriter, *http.Request, error)
}

// complete fills in the defaults and reports all faults at once.
func (c *Config) complete() error {
	err := errors.Join(
		checkOrigin(c.BaseURL),
		checkSecure("issuer", c.Issuer),
		c.checkSignOutURL(),
		required("a client ID", c.ClientID != ""),
		required("a session store", c.Store != nil),
		required("an audit record", c.Record != nil),
		required("a store of people", c.People != nil),
		notNegative("session idle time", c.SessionIdle),
		notNegative("session lifetime", c.SessionLifetime),
		notNegative("renewal age", c.RenewAfter),
	)
	if len(c.Scopes) == 0 {
		c.Scopes = []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail}
	}
	if !slices.Contains(c.Scopes, oidc.ScopeOpenID) {
		c.Scopes = append([]string{oidc.ScopeOpenID}, c.Scopes...)
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = DefaultGroupsClaim
	}
	if c.SessionIdle == 0 {
		c.SessionIdle = DefaultSessionIdle
	}
	if c.SessionLifetime == 0 {
		c.SessionLifetime = DefaultSessionLifetime
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Ended == nil {
		c.Ended = func(callbacks.ID) {}
	}
	if c.ClientAddress == nil {
		c.ClientAddress = func(r *http.Request) string { return r.RemoteAddr }
	}
	if c.SessionError == nil {
		c.SessionError = func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "The session could not be read. Try again in a moment.", http.StatusServiceUnavailable)
		}
	}
	return err
}

// checkSignOutURL wants an address that a browser can be sent to.
func (c *Config) checkSignOutURL() error {
	if c.SignOutURL == "" {
		return nil
	}
	return checkSecure("sign-out URL", fillSignOutURL(*c))
}

// required is an error when something is missing.
func required(what string, ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("sign-in needs %s", what)
}

// notNegative is an error for a time that would end every session at once.
func notNegative(what string, d time.Duration) error {
	if d >= 0 {
		return nil
	}
	return fmt.Errorf("the %s of sign-in is %v; it cannot be negative", what, d)
}

// checkOrigin wants scheme and host alone: the cookie is for the whole origin.
func checkOrigin(base string) error {
	if err := checkSecure("base URL", base); err != nil {
		return err
	}
	u, err := url.Parse(base)
	if err != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("base URL %q: give the origin alone, such as https://countersign.example.com", base)
	}
	return nil
}

// checkSecure allows plain http on loopback only: a session or a code in the clear is anybody's.
func checkSecure(what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s %q: not an absolute URL", what, address)
	}
	if u.Scheme == "https" || (u.Scheme == "http" && loopback.Host(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%s %q: has to be https, or http on loopback", what, address)
}
