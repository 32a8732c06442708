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
	"countersign/internal/people"
)

// Paths of this service that the provider has to know. Register them with the client.
const (
	CallbackPath  = "/auth/callback" // redirect URI
	SignedOutPath = "/signin"        // post-logout redirect URI
)

// SignedOut is the value of the parameter "state" with which a browser comes back to
// [SignedOutPath] after a sign-out.
const SignedOut = "signed_out"

// Defaults for fields of Config that are zero.
const (
	DefaultSessionIdle     = time.Hour
	DefaultSessionLifetime = 12 * time.Hour
	DefaultGroupsClaim     = "groups"
)

// RoleGroups names the groups that have each role. If a role has no groups, nobody has it.
type RoleGroups struct {
	Reviewer []string
	Admin    []string
	Auditor  []string
}

// roles returns the roles of a person by their groups.
func (g RoleGroups) roles(p callbacks.Person) callbacks.Roles {
	return callbacks.Roles{Reviewer: p.InGroup(g.Reviewer), Admin: p.InGroup(g.Admin), Auditor: p.InGroup(g.Auditor)}
}

// Config is what [New] needs. BaseURL, Issuer, ClientID, Store, SessionKeys, Record and People are
// required.
type Config struct {
	Issuer       string // exactly as the provider writes it; https, or http on loopback
	ClientID     string // as registered with the provider
	ClientSecret string // empty for a public client: PKCE protects the code either way
	// our own origin as browsers see it; decides the cookie's name and Secure attribute
	BaseURL     string
	Scopes      []string // default openid, profile, email; offline_access allows RenewAfter
	GroupsClaim string   // a dot path such as realm_access.roles reaches into objects
	Roles       RoleGroups
	// AuthParams are added to the authorization request, for instance access_type=offline. A
	// parameter without a value removes one that we would send ourselves, such as prompt.
	AuthParams url.Values
	// SignOutURL is where the provider ends its session. It replaces the endpoint that the provider
	// publishes, for providers that want other parameters. {client_id} and {return_to} stand for
	// our client ID and the address to come back to.
	SignOutURL string
	// trust every address that the provider names for a person, even if no claim says that it is
	// verified
	EmailTrusted bool

	SessionIdle     time.Duration // the longest time without a request, exact to a minute
	SessionLifetime time.Duration // the longest time since the sign-in, used or not
	// RenewAfter is the age at which the groups of a session are read again: with the provider's
	// refresh token, or else at userinfo as long as the access token is valid. If the provider
	// refuses, the session ends. If RenewAfter is zero, groups are not read again until
	// SessionLifetime ends the session.
	RenewAfter time.Duration

	Store Store
	// AES-256 keys. The first one encrypts what the store keeps; any of them decrypts it
	SessionKeys [][]byte
	// for calls to the provider; answers are bounded whichever client this is
	HTTPClient *http.Client
	Now        func() time.Time
	Logger     *slog.Logger // gets what no caller is told: renewals that failed

	// Record writes the audit entry of a sign-in or sign-out; an error stops it.
	Record func(context.Context, callbacks.AuditEntry) error
	// People stores what the provider says about each person who signs in. An error stops the
	// sign-in.
	People people.Store
	// Ended is called with the ID of each session that is ended before its time, after the session
	// is deleted, so that streams open under it can be closed too. It must not block. It may be
	// nil.
	Ended func(callbacks.ID)
	// ClientAddress returns the address that a request comes from, for the list of sessions. Nil
	// means the address of the connection.
	ClientAddress func(*http.Request) string
	// SessionError answers a request whose session could not be read. Nil means a plain 503.
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

// checkSignOutURL checks that a browser can be sent to the address.
func (c *Config) checkSignOutURL() error {
	if c.SignOutURL == "" {
		return nil
	}
	return checkSecure("sign-out URL", fillSignOutURL(*c))
}

// required returns an error if a value is missing.
func required(what string, ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("sign-in needs %s", what)
}

// notNegative returns an error for a negative duration, which would end every session at once.
func notNegative(what string, d time.Duration) error {
	if d >= 0 {
		return nil
	}
	return fmt.Errorf("the %s of sign-in is %v; it cannot be negative", what, d)
}

// checkOrigin checks that an address is only scheme and host, because the cookie is for the whole
// origin.
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

// checkSecure accepts plain http only on loopback: elsewhere anybody on the network could read a
// session or a code.
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
