package callbacks

import (
	"context"
	"fmt"
	"time"
)

// Delegations says whose rights a person has besides their own. Package delegation keeps them.
type Delegations interface {
	// To returns the delegations to a person that are in force.
	To(ctx context.Context, person string, now time.Time) ([]Delegation, error)
}

// nobodyDelegates is used where there are no delegations.
type nobodyDelegates struct{}

func (nobodyDelegates) To(context.Context, string, time.Time) ([]Delegation, error) { return nil, nil }

// Signer reads whose rights a person has besides their own.
func (s *Service) Signer(ctx context.Context, p Person) (Signer, error) {
	to, err := s.delegations.To(ctx, p.ID, s.now())
	if err != nil {
		return Signer{}, fmt.Errorf("delegations to %s: %w", p.ID, err)
	}
	return Signer{Person: p, Delegations: to}, nil
}
