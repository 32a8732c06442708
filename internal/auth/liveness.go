package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	// livenessAge is how long an answer, or its absence, speaks for the provider. All who sign in
	// meanwhile share it.
	livenessAge = 5 * time.Second
	// livenessTimeout bounds each of the two questions: a person waits for them.
	livenessTimeout = 2 * time.Second
)

// liveness is whether the provider answered when it was last asked.
type liveness struct {
	// of whoever uses the fields below: a provider that hangs holds up sign-ins and nothing else
	turn    turn
	askedAt time.Time
	failed  error // nil: it answered
}

// reachable tells whether a browser that is sent to the provider will find it: nil, or
// [ErrProviderUnavailable]. The address is known from a better time, and without a look the
// browser's own error page would be all that a person sees.
func (p *provider) reachable(ctx context.Context, e *endpoints) error {
	if err := p.alive.turn.take(ctx); err != nil {
		return err
	}
	defer p.alive.turn.leave()
	now := p.cfg.Now()
	if now.Sub(p.alive.askedAt).Abs() < livenessAge {
		return p.alive.failed
	}
	err := p.ask(ctx, documentURL(p.cfg.Issuer))
	if err != nil { // the document may be served by another machine
		err = p.ask(ctx, e.oauth.Endpoint.AuthURL)
	}
	p.alive.askedAt, p.alive.failed = now, nil
	if err != nil {
		p.alive.failed = &providerError{ErrProviderUnavailable, "look whether it answers", err}
	}
	return p.alive.failed
}

// ask wants any answer at all. An authorization endpoint refuses a question without parameters, but
// only what is there can refuse; a gateway that finds nobody behind it speaks for itself.
func (p *provider) ask(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), livenessTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if status, ok := errors.AsType[statusError](err); ok && !status.fromGateway() {
		return nil
	}
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
