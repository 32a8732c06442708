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

// User is somebody whom a visitor can be.
type User struct {
	Subject string
	Name    string
	Email   string
	Groups  []string
	About   string         // one line under the name on the sign-in page
	Claims  map[string]any // more claims, or others in place of those made from the fields above

	// IDToken and Userinfo are all that the one or the other tells beside the subject, in place of
	// the above.
	IDToken, Userinfo map[string]any
}

// Faults are ways to answer wrongly. The zero value is a correct provider.
type Faults struct {
	Nonce    string // in the ID token, in place of the one that was sent
	Audience string // of the ID token, in place of the client
	Issuer   string // in the redirect, in place of our own
	Expired  bool   // the ID token ended an hour ago
	// the ID token names the subject alone; the rest is in userinfo, as with many real providers
	Lean   bool
	Refuse string // error code in place of a sign-in page
}

// Provider is the provider. Its methods are safe for concurrent use.
type Provider struct {
	like    Likeness
	issuer  string
	host    string
	base    string // path of the issuer, without a trailing slash
	clients []Client
	now     func() time.Time

	// mu guards all below. Requests hold it for a moment of computing; nobody signs in here by the
	// thousand.
	mu     sync.Mutex
	users  []User
	faults Faults
	key    signingKey
	codes  tickets
	access tickets
	offers tickets // refresh tokens
}

// New makes a provider. The issuer may have a path; it has to be an http or https URL on a loopback
// host.
func New(issuer string, clients []Client, users []User, now func() time.Time) (*Provider, error) {
	return start(ownLikeness(strings.TrimSuffix(issuer, "/")), clients, users, now)
}

// Like makes a provider that answers as another one does, at an origin on a loopback host. Its
// person may sign in.
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

// isLoopback takes an address or the one name that stands for it; other names may resolve to
// anything tomorrow.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Handler serves the provider below the issuer's path. It answers for the issuer's host name only,
// so that a page elsewhere cannot reach it under a name of its own (DNS rebinding).
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
	// A page elsewhere must not press a button here; the token endpoint is asked by servers, which
	// this lets pass.
	safe := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != p.host {
			http.Error(w, "This provider answers at "+p.issuer+" only.", http.StatusMisdirectedRequest)
			return
		}
		safe.ServeHTTP(w, r)
	})
}

// exactly is the pattern for a path and nothing below it.
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

// SetUsers replaces the people. Who is not among them any more gets no refreshed tokens.
func (p *Provider) SetUsers(users []User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users = users
}

// RotateKey signs with a new key from now on and publishes the old one no more.
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

// user finds somebody who may be chosen. Called with mu held.
func (p *Provider) user(subject string) (User, bool) {
	i := slices.IndexFunc(p.users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return User{}, false
	}
	return p.users[i], true
}
