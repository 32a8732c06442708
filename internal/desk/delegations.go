package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// Delegations says whose rights a person has besides their own. Package delegation keeps them.
type Delegations interface {
	// To returns the delegations to a person, by any account with their verified address, that were
	// in force at any time from one time until now. Each has those to its delegator.
	To(ctx context.Context, p callbacks.Person, from, now time.Time) ([]callbacks.Delegation, error)
}

// nobodyDelegates is used where there are no delegations.
type nobodyDelegates struct{}

func (nobodyDelegates) To(context.Context, callbacks.Person, time.Time, time.Time) ([]callbacks.Delegation, error) {
	return nil, nil
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
	to, err := s.delegations.To(ctx, p, from, now)
	if err != nil {
		return callbacks.Signer{}, fmt.Errorf("delegations to %s: %w", p.ID, err)
	}
	return callbacks.Signer{Person: p, Delegations: to}, nil
}
