package auth

import (
	"context"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// provider is the OpenID provider, found on first use, asked again until it answers and read anew
// now and then.
type provider struct {
	cfg    Config
	client *http.Client

	turn  turn // of whoever uses known
	known discovery
	alive liveness
}

// turn holds one token. Whoever takes it may use what it guards. It is a channel, so that waiting
// ends with the request.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn; give it back with leave.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &providerError{ErrProviderUnavailable, "wait for the provider", ctx.Err()}
	}
}

func (t turn) leave() { <-t }

// endpoints is what discovery tells about the provider. It is not changed: a later reading makes
// another one.
type endpoints struct {
	oidc       *oidc.Provider
	oauth      oauth2.Config
	keys       keySet
	algorithms []string // that an ID token may be signed with

	endSession  string // empty when the provider offers no sign-out
	sendsIssuer bool   // it puts iss into the redirect (RFC 9207)
	pushedOnly  bool   // it takes no request that was not pushed to it before (RFC 9126)
	noSecret    bool   // its token endpoint lists no way to show a secret
}

// metadata is what go-oidc does not show of the discovery document.
type metadata struct {
	Keys            string   `json:"jwks_uri"`
	Algorithms      []string `json:"id_token_signing_alg_values_supported"`
	TokenAuth       []string `json:"token_endpoint_auth_methods_supported"`
	EndSession      string   `json:"end_session_endpoint"`
	IssuerParameter bool     `json:"authorization_response_iss_parameter_supported"`
	PushedOnly      bool     `json:"require_pushed_authorization_requests"`
}

// newProvider calls nobody.
func newProvider(cfg Config) *provider {
	return &provider{cfg: cfg, client: providerClient(cfg.HTTPClient), turn: newTurn(), alive: liveness{turn: newTurn()}}
}

// context makes the libraries use our bounded client.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// ready returns the provider's endpoints if a sign-in can begin now; else [ErrProviderUnavailable]
// or [ErrProviderUnfit].
func (p *provider) ready(ctx context.Context) (*endpoints, error) {
	e, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.reachable(ctx, e); err != nil {
		return nil, err
	}
	if e.pushedOnly { // perhaps not any more
		e = p.rediscover(ctx, e)
	}
	if e.pushedOnly {
		return nil, &faultError{kind: ErrProviderUnfit, fault: FaultPushed}
	}
	return e, nil
}

// ownURL is the address of one of our paths as the provider has it registered.
func ownURL(cfg Config, path string) string {
	return strings.TrimSuffix(cfg.BaseURL, "/") + path
}
