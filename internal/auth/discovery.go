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

// The wait between two attempts at discovery doubles from the first of these to the last. During
// the wait requests get the last error at once, so that a provider that is down is not asked for
// every page and holds no page up.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

const (
	// documentAge is how old the discovery document and the keys may get. A key that the provider
	// withdraws is accepted at most that long.
	documentAge = time.Hour
	// rereadPause is the least time between two readings that were caused by a token that did not
	// fit, and the wait after an hourly reading that failed. So bad tokens, however many, cause at
	// most one request for the document and one for the keys a minute.
	rereadPause = time.Minute
	// rereadTimeout bounds a reading that is not strictly needed, because earlier endpoints are
	// known.
	rereadTimeout = 5 * time.Second
)

// discovery is what is known about the provider, and when to ask it again. A caller must hold the
// provider's turn to use it.
type discovery struct {
	found   *endpoints
	staleAt time.Time // when to read the document again
	misfit  time.Time // when a token that did not fit last caused a reading

	failed  error // why nothing is known yet
	wait    time.Duration
	retryAt time.Time
}

// discover returns the provider's endpoints, or [ErrProviderUnavailable]. Once endpoints are known,
// they stay in use during an outage.
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
	// If the client cancels its request, that must not count as a failure of the provider. The HTTP
	// client has its own timeout.
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

// rediscover returns endpoints to check a token against that does not fit used: a provider may
// change its keys and its algorithm at any time. It returns used itself if nothing newer is known
// and the provider may not be asked yet.
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

// reread replaces what is known, or keeps it if the provider does not answer. The caller holds the
// turn.
func (p *provider) reread(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rereadTimeout)
	defer cancel()
	found, err := p.fetch(ctx)
	if err != nil {
		p.known.staleAt = p.cfg.Now().Add(rereadPause)
		p.cfg.Logger.WarnContext(ctx, "the provider's discovery document could not be read again; the desk keeps using the one it has",
			slog.Any("error", &providerError{ErrProviderUnavailable, "discovery", err}))
		return
	}
	p.learn(found)
}

// learn stores what the provider just answered. The caller holds the turn.
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
		// the default: every provider has it (OpenID Connect Discovery section 3)
		e.algorithms = []string{oidc.RS256}
	}
	return e, nil
}

// documentURL returns the address of the discovery document (OpenID Connect Discovery section 4).
func documentURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// authStyle picks how to send our secret to the token endpoint. The library would find out by
// trying, and a failed try may use up the code. The default is Basic if the provider does not say
// (OpenID Connect Discovery section 3).
func authStyle(supported []string, secret string) oauth2.AuthStyle {
	if secret == "" || (len(supported) > 0 && !slices.Contains(supported, "client_secret_basic")) {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// takesSecret reports whether the token endpoint's list of methods has one that uses a secret. The
// list may be incomplete, so it only explains a refusal and never causes one.
func takesSecret(supported []string) bool {
	return len(supported) == 0 || slices.Contains(supported, "client_secret_basic") || slices.Contains(supported, "client_secret_post")
}
