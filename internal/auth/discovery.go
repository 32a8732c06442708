package auth

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Waits between attempts at discovery double from the first to the last of these. In between,
// requests get the last error at once: a provider that is down must not be asked by every page, nor
// hold one.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

const (
	// documentAge is how old discovery document and keys get: a key that is withdrawn is good for
	// as long.
	documentAge = time.Hour
	// rereadPause is the least time between two readings that a token asked for because it did not
	// fit, and the wait after one at the hour that failed. Bad tokens, however many, make one
	// request for the document and one for the keys a minute.
	rereadPause = time.Minute
	// rereadTimeout bounds a reading that could be done without.
	rereadTimeout = 5 * time.Second
)

// discovery is what is known of the provider, and when to ask again. Whoever has the provider's
// turn may use it.
type discovery struct {
	found   *endpoints
	staleAt time.Time // when to read found anew
	misfit  time.Time // when a token last had it read anew

	failed  error // why there is nothing yet
	wait    time.Duration
	retryAt time.Time
}

// discover returns the provider's endpoints, or [ErrProviderUnavailable]. Once they are known an
// outage takes nothing away.
func (p *provider) discover(ctx context.Context) (*endpoints, error) {
	if err := p.turn.take(ctx); err != nil {
		return nil, err
	}
	defer p.turn.leave()
	known, now := &p.known, p.cfg.Now()
	switch {
	case known.found != nil && now.Before(known.staleAt):
		return known.found, nil
	case known.found != nil:
		p.reread(ctx)
		return known.found, nil
	case known.failed != nil && now.Before(known.retryAt):
		return nil, known.failed
	}
	// One reader's cancelled request must not count as a failure of the provider; the client has
	// its own timeout.
	found, err := p.fetch(context.WithoutCancel(ctx))
	if err != nil {
		known.wait = min(max(2*known.wait, firstRetry), lastRetry)
		known.retryAt = p.cfg.Now().Add(known.wait)
		known.failed = &providerError{ErrProviderUnavailable, "discovery", err}
		return nil, known.failed
	}
	p.learn(found)
	return found, nil
}

// rediscover returns endpoints that may fit a token which used does not fit: a provider may change
// its keys and its algorithm at any time. They are used itself when nothing else is known, or may
// be asked for.
func (p *provider) rediscover(ctx context.Context, used *endpoints) *endpoints {
	if p.turn.take(ctx) != nil {
		return used
	}
	defer p.turn.leave()
	now := p.cfg.Now()
	if p.known.found == used && now.Sub(p.known.misfit).Abs() >= rereadPause {
		p.known.misfit = now
		p.reread(ctx)
	}
	return p.known.found
}

// reread replaces what is known, and leaves it where the provider does not tell. Called with the
// turn.
func (p *provider) reread(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rereadTimeout)
	defer cancel()
	found, err := p.fetch(ctx)
	if err != nil {
		p.known.staleAt = p.cfg.Now().Add(rereadPause)
		p.cfg.Logger.WarnContext(ctx, "the provider's discovery document was not read again; the desk goes on with the one it has",
			slog.Any("error", &providerError{ErrProviderUnavailable, "discovery", err}))
		return
	}
	p.learn(found)
}

// learn takes what the provider just told. Called with the turn.
func (p *provider) learn(found *endpoints) {
	p.known = discovery{found: found, staleAt: p.cfg.Now().Add(documentAge), misfit: p.known.misfit}
}

// fetch reads the discovery document and the keys.
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
	keys, err := p.fetchKeys(ctx, meta.Keys)
	if err != nil {
		return nil, err
	}
	endpoint := found.Endpoint()
	endpoint.AuthStyle = authStyle(meta.TokenAuth, p.cfg.ClientSecret)
	e := &endpoints{
		oidc: found,
		oauth: oauth2.Config{
			ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
			RedirectURL: ownURL(p.cfg, CallbackPath), Scopes: p.cfg.Scopes,
		},
		keys: keys, algorithms: verifiableOf(meta.Algorithms),
		endSession: meta.EndSession, sendsIssuer: meta.IssuerParameter,
		pushedOnly: meta.PushedOnly, noSecret: !takesSecret(meta.TokenAuth),
	}
	if len(e.algorithms) == 0 {
		// what each provider has (OpenID Connect Discovery section 3)
		e.algorithms = []string{oidc.RS256}
	}
	return e, nil
}

// documentURL is where a provider tells about itself (OpenID Connect Discovery section 4).
func documentURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// authStyle picks how the token endpoint wants our secret. The library would find out by trying,
// and a failed try may cost the code. Basic is the default where the provider does not say (OpenID
// Connect Discovery section 3).
func authStyle(supported []string, secret string) oauth2.AuthStyle {
	if secret == "" || (len(supported) > 0 && !slices.Contains(supported, "client_secret_basic")) {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// takesSecret reports whether the token endpoint says that it takes a secret. What it says may be
// incomplete, so that this explains a refusal and never makes one.
func takesSecret(supported []string) bool {
	return len(supported) == 0 || slices.Contains(supported, "client_secret_basic") || slices.Contains(supported, "client_secret_post")
}
