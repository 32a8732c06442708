package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Waits between attempts at discovery double from the first to the last of these. In between, requests get the last
// error at once: a provider that is down must not be asked by every page, nor hold one.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// provider is the OpenID provider, found on first use and asked again until it answers.
type provider struct {
	cfg    Config
	client *http.Client

	// turn holds one token; who takes it may use the fields below. A channel, so that waiting ends with the request.
	turn    chan struct{}
	found   *endpoints
	failed  error
	wait    time.Duration
	retryAt time.Time
}

// endpoints is what discovery tells about the provider.
type endpoints struct {
	oidc   *oidc.Provider
	oauth  oauth2.Config
	keys   oidc.KeySet
	verify oidc.Config

	endSession  string // empty when the provider offers no sign-out
	sendsIssuer bool   // it puts iss into the redirect (RFC 9207)
}

// metadata is what go-oidc does not show of the discovery document.
type metadata struct {
	Keys            string   `json:"jwks_uri"`
	Algorithms      []string `json:"id_token_signing_alg_values_supported"`
	TokenAuth       []string `json:"token_endpoint_auth_methods_supported"`
	EndSession      string   `json:"end_session_endpoint"`
	IssuerParameter bool     `json:"authorization_response_iss_parameter_supported"`
}

// newProvider calls nobody.
func newProvider(cfg Config) *provider {
	return &provider{cfg: cfg, client: providerClient(cfg.HTTPClient), turn: make(chan struct{}, 1)}
}

// context makes the libraries use our bounded client.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// discover returns the provider's endpoints, or [ErrProviderUnavailable].
func (p *provider) discover(ctx context.Context) (*endpoints, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, &providerError{ErrProviderUnavailable, "wait for discovery", ctx.Err()}
	}
	if p.found != nil {
		return p.found, nil
	}
	if p.failed != nil && p.cfg.Now().Before(p.retryAt) {
		return nil, p.failed
	}
	// One reader's cancelled request must not count as a failure of the provider; the client has its own timeout.
	found, err := p.fetch(context.WithoutCancel(ctx))
	if err != nil {
		p.wait = min(max(2*p.wait, firstRetry), lastRetry)
		p.retryAt = p.cfg.Now().Add(p.wait)
		p.failed = &providerError{ErrProviderUnavailable, "discovery", err}
		return nil, p.failed
	}
	p.found, p.failed = found, nil
	return found, nil
}

// fetch reads the discovery document.
func (p *provider) fetch(ctx context.Context) (*endpoints, error) {
	ctx = p.context(ctx)
	found, err := oidc.NewProvider(ctx, p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var meta metadata
	if err := found.Claims(&meta); err != nil {
		return nil, err
	}
	endpoint := found.Endpoint()
	endpoint.AuthStyle = authStyle(meta.TokenAuth, p.cfg.ClientSecret)
	return &endpoints{
		oidc: found,
		oauth: oauth2.Config{
			ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
			RedirectURL: ownURL(p.cfg, CallbackPath), Scopes: p.cfg.Scopes,
		},
		keys:        oidc.NewRemoteKeySet(ctx, meta.Keys),
		verify:      oidc.Config{ClientID: p.cfg.ClientID, Now: p.cfg.Now, SupportedSigningAlgs: asymmetric(meta.Algorithms)},
		endSession:  meta.EndSession,
		sendsIssuer: meta.IssuerParameter,
	}, nil
}

// authStyle picks how the token endpoint wants our secret. The library would find out by trying, and a failed try may
// cost the code. Basic is the default where the provider does not say (OpenID Connect Discovery section 3).
func authStyle(supported []string, secret string) oauth2.AuthStyle {
	if secret == "" || (len(supported) > 0 && !slices.Contains(supported, "client_secret_basic")) {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// asymmetric drops "none" and the HMAC algorithms, which a provider may list but whose signatures prove nothing here.
func asymmetric(algorithms []string) []string {
	return slices.DeleteFunc(slices.Clone(algorithms), func(alg string) bool {
		return alg == "none" || strings.HasPrefix(alg, "HS")
	})
}

// ownURL is the address of one of our paths as the provider has it registered.
func ownURL(cfg Config, path string) string {
	return strings.TrimSuffix(cfg.BaseURL, "/") + path
}

// signOutURL is where the provider ends its own session and sends the browser back to us, or SignedOutPath when the
// provider has no such place (OpenID Connect RP-Initiated Logout 1.0).
func (e *endpoints) signOutURL(cfg Config, idToken string) string {
	u, err := url.Parse(e.endSession)
	if e.endSession == "" || err != nil {
		return SignedOutPath
	}
	q := u.Query()
	q.Set("client_id", cfg.ClientID)
	q.Set("post_logout_redirect_uri", ownURL(cfg, SignedOutPath))
	q.Set("state", SignedOut)
	if len(idToken) <= maxHint {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// maxHint is the longest ID token, in bytes, that is sent as a hint: servers commonly refuse request lines over 8 KiB.
// Without it the provider asks the person to confirm.
const maxHint = 6 << 10
