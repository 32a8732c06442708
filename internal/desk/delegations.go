package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// Delegations says whose rights a person has besides their own. Package delegation keeps them.
type Delegations interface {
	// To returns the delegations to a person that are in force.
	To(ctx context.Context, person string, now time.Time) ([]callbacks.Delegation, error)
}

// nobodyDelegates is used where there are no delegations.
type nobodyDelegates struct{}

func (nobodyDelegates) To(context.Context, string, time.Time) ([]callbacks.Delegation, error) {
	return nil, nil
}

// Signer reads whose rights a person has besides their own.
func (s *Service) Signer(ctx context.Context, p callbacks.Person) (callbacks.Signer, error) {
	to, err := s.delegations.To(ctx, p.ID, s.now())
	if err != nil {
		return callbacks.Signer{}, fmt.Errorf("delegations to %s: %w", p.ID, err)
	}
	return callbacks.Signer{Person: p, Delegations: to}, nil
}
