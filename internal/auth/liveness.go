package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	// livenessAge is how long the provider's answer, or its silence, is taken as its state. All
	// sign-ins in that time share it.
	livenessAge = 5 * time.Second
	// livenessTimeout bounds each of the two requests, because a person waits for them.
	livenessTimeout = 2 * time.Second
)

// liveness is whether the provider answered when it was last asked.
type liveness struct {
	// guards the fields below, so that a provider that hangs holds up only sign-ins
	turn    turn
	askedAt time.Time
	failed  error // nil if it answered
}

// reachable reports whether a browser that is sent to the provider will reach it: nil, or
// [ErrProviderUnavailable]. The endpoints may have been read while the provider still answered;
// without this check the person would see only the browser's own error page.
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
	if err != nil { // another machine may serve the document
		err = p.ask(ctx, e.oauth.Endpoint.AuthURL)
	}
	p.alive.askedAt, p.alive.failed = now, nil
	if err != nil {
		p.alive.failed = &providerError{ErrProviderUnavailable, "check that the provider answers", err}
	}
	return p.alive.failed
}

// ask accepts any answer at all. An authorization endpoint refuses a request without parameters,
// which shows that it runs; but if a gateway answers that it cannot reach the server behind it,
// that counts as no answer.
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
