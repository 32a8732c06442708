package auth

import (
	"context"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// provider is the OpenID provider. It is discovered on first use, retried until it answers, and
// read again from time to time.
type provider struct {
	cfg    Config
	client *http.Client

	turn  turn // guards known
	known discovery
	alive liveness
}

// turn is a lock that holds one token; the holder of the token may use what the lock guards. It is
// a channel, so that waiting ends with the request.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn. The caller must call leave to release it.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &providerError{ErrProviderUnavailable, "wait for the provider", ctx.Err()}
	}
}

func (t turn) leave() { <-t }

// endpoints is what discovery tells about the provider. It is immutable: a later reading makes
// another one.
type endpoints struct {
	oidc       *oidc.Provider
	oauth      oauth2.Config
	keys       keySet
	algorithms []string // with which an ID token may be signed

	endSession  string // empty if the provider offers no sign-out
	sendsIssuer bool   // it puts iss into the redirect (RFC 9207)
	pushedOnly  bool   // it accepts only requests that were pushed to it before (RFC 9126)
	noSecret    bool   // its token endpoint lists no method that uses a secret
}

// metadata is the part of the discovery document that go-oidc does not return.
type metadata struct {
	Keys            string   `json:"jwks_uri"`
	Algorithms      []string `json:"id_token_signing_alg_values_supported"`
	TokenAuth       []string `json:"token_endpoint_auth_methods_supported"`
	EndSession      string   `json:"end_session_endpoint"`
	IssuerParameter bool     `json:"authorization_response_iss_parameter_supported"`
	PushedOnly      bool     `json:"require_pushed_authorization_requests"`
}

// newProvider makes a provider. It sends no request.
func newProvider(cfg Config) *provider {
	return &provider{cfg: cfg, client: providerClient(cfg.HTTPClient), turn: newTurn(), alive: liveness{turn: newTurn()}}
}

// context returns a context that makes the libraries use our bounded client.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// ready returns the provider's endpoints if a sign-in can begin now, or else
// [ErrProviderUnavailable] or [ErrProviderUnfit].
func (p *provider) ready(ctx context.Context) (*endpoints, error) {
	e, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.reachable(ctx, e); err != nil {
		return nil, err
	}
	if e.pushedOnly { // the provider may have changed that since
		e = p.rediscover(ctx, e)
	}
	if e.pushedOnly {
		return nil, &faultError{kind: ErrProviderUnfit, fault: FaultPushed}
	}
	return e, nil
}

// ownURL returns the address of one of our paths as it is registered with the provider.
func ownURL(cfg Config, path string) string {
	return strings.TrimSuffix(cfg.BaseURL, "/") + path
}
