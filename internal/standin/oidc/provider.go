package oidc

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Client is an application that may sign people in here.
type Client struct {
	ID, Secret    string
	RedirectURIs  []string
	SignedOutURIs []string // where to go after a sign-out
}

// User is a person as whom a visitor can sign in.
type User struct {
	Subject string
	Name    string
	Email   string
	Groups  []string
	About   string         // one line under the name on the sign-in page
	Claims  map[string]any // more claims, or replacements for those made from the fields above

	// IDToken and Userinfo, if set, replace all claims made from the fields above, except the
	// subject, in the ID token and in userinfo.
	IDToken, Userinfo map[string]any
}

// Faults are ways to answer wrongly. The zero value means none.
type Faults struct {
	Nonce    string // in the ID token, instead of the one that was sent
	Audience string // of the ID token, instead of the client
	Issuer   string // in the redirect, instead of our own
	Expired  bool   // the ID token ended an hour ago
	// the ID token has only the subject; the rest is in userinfo, as with many real providers
	Lean   bool
	Refuse string // an error code, sent instead of a sign-in page
}

// Provider is the provider. Its methods are safe for concurrent use.
type Provider struct {
	like    Likeness
	issuer  string
	host    string
	base    string // path of the issuer, without a trailing slash
	clients []Client
	now     func() time.Time

	// mu guards all fields below. Requests hold it only for a short computation; this provider
	// never has many users.
	mu     sync.Mutex
	users  []User
	faults Faults
	key    signingKey
	codes  tickets
	access tickets
	offers tickets // refresh tokens
}

// New makes a provider. The issuer has to be an http or https URL on a loopback host; it may have a
// path.
func New(issuer string, clients []Client, users []User, now func() time.Time) (*Provider, error) {
	return start(ownLikeness(strings.TrimSuffix(issuer, "/")), clients, users, now)
}

// Like makes a provider that answers as another one does, at an origin on a loopback host. The
// likeness's person may sign in.
func Like(likeness Likeness, origin string, clients []Client, now func() time.Time) (*Provider, error) {
	here, err := likeness.at(origin)
	if err != nil {
		return nil, err
	}
	return start(here, clients, []User{likeness.Person}, now)
}

func start(like Likeness, clients []Client, users []User, now func() time.Time) (*Provider, error) {
	if like.Algorithm == "" {
		like.Algorithm = like.firstAlgorithm()
	}
	issuer := like.text("issuer")
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer %q is not a URL: %w", issuer, err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("issuer %q is not on loopback: this provider asks for no password", issuer)
	}
	if len(users) == 0 || len(clients) == 0 {
		return nil, errors.New("a provider needs users and clients")
	}
	key, err := newSigningKey(like.Algorithm)
	if err != nil {
		return nil, err
	}
	return &Provider{
		like: like, issuer: issuer, host: u.Host, base: strings.TrimSuffix(u.Path, "/"),
		clients: clients, users: users, now: now, key: key,
		codes: tickets{}, access: tickets{}, offers: tickets{},
	}, nil
}

// Issuer is the name by which clients know the provider.
func (p *Provider) Issuer() string { return p.issuer }

// isLoopback accepts a loopback IP address or the name localhost. Any other name may resolve to
// another address tomorrow.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Handler serves the provider below the issuer's path. It answers only for the issuer's host name,
// so that a web page cannot reach it under a name of its own (DNS rebinding).
func (p *Provider) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range []struct {
		methods, path string
		handle        http.HandlerFunc
	}{
		{"GET", p.base + "/.well-known/openid-configuration", p.discovery},
		{"GET", p.like.path("jwks_uri"), p.keys},
		{"GET", p.like.path("authorization_endpoint"), p.authorize},
		{"POST", p.like.path("authorization_endpoint"), p.choose},
		{"POST", p.like.path("token_endpoint"), p.token},
		{"GET POST", p.like.path("userinfo_endpoint"), p.userinfo},
		{"GET POST", p.like.signOutPath(), p.signOut},
		{"GET", p.base + "/signin.css", stylesheet},
	} {
		for _, method := range strings.Fields(route.methods) {
			if route.path != "" {
				mux.Handle(method+" "+exactly(route.path), route.handle)
			}
		}
	}
	// A page of another origin must not press a button here. Servers call the token endpoint; this
	// lets them pass.
	safe := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != p.host {
			http.Error(w, "This provider answers at "+p.issuer+" only.", http.StatusMisdirectedRequest)
			return
		}
		safe.ServeHTTP(w, r)
	})
}

// exactly returns the pattern that matches a path and nothing below it.
func exactly(path string) string {
	if strings.HasSuffix(path, "/") {
		return path + "{$}"
	}
	return path
}

// Misbehave sets the faults of all answers from now on.
func (p *Provider) Misbehave(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// SetUsers replaces the users. A user who is no longer among them gets no refreshed tokens.
func (p *Provider) SetUsers(users []User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users = users
}

// RotateKey signs with a new key from now on, and no longer publishes the old one.
func (p *Provider) RotateKey() error {
	key, err := newSigningKey(p.like.Algorithm)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = key
	return nil
}

// client finds a client; the list never changes.
func (p *Provider) client(id string) (Client, bool) {
	i := slices.IndexFunc(p.clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return Client{}, false
	}
	return p.clients[i], true
}

// user finds a user who may be chosen. The caller holds mu.
func (p *Provider) user(subject string) (User, bool) {
	i := slices.IndexFunc(p.users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return User{}, false
	}
	return p.users[i], true
}
