package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// Delegations says whose rights a person has besides their own. Package delegation keeps them.
type Delegations interface {
	// Signer returns a person with the delegations that lead to them and were in force at any time from
	// one time until now.
	Signer(ctx context.Context, p callbacks.Person, from, now time.Time) (callbacks.Signer, error)
}

// nobodyDelegates is used where there are no delegations.
type nobodyDelegates struct{}

func (nobodyDelegates) Signer(_ context.Context, p callbacks.Person, _, _ time.Time) (callbacks.Signer, error) {
	return callbacks.Signer{Person: p}, nil
}

// Signer reads whose rights a person has besides their own.
func (s *Service) Signer(ctx context.Context, p callbacks.Person) (callbacks.Signer, error) {
	now := s.now()
	return s.signerSince(ctx, p, now, now)
}

// signerOf reads whose rights a person has or had since a callback arrived.
func (s *Service) signerOf(ctx context.Context, p callbacks.Person, c *callbacks.Callback) (callbacks.Signer, error) {
	now := s.now()
	return s.signerSince(ctx, p, callbacks.Earliest(now, c.ReceivedAt), now)
}

func (s *Service) signerSince(ctx context.Context, p callbacks.Person, from, now time.Time) (callbacks.Signer, error) {
	signer, err := s.delegations.Signer(ctx, p, from, now)
	if err != nil {
		return callbacks.Signer{}, fmt.Errorf("delegations to %s: %w", p.ID, err)
	}
	return signer, nil
}
