package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// Delegations says whose rights a person has besides their own. Package delegation keeps them.
type Delegations interface {
	// Signer returns a person with the delegations for a queue that lead to them and were in force at any
	// time from one time until now. An empty name means all queues.
	Signer(ctx context.Context, p callbacks.Person, queue string, from, now time.Time) (callbacks.Signer, error)
}

// nobodyDelegates is used where there are no delegations.
type nobodyDelegates struct{}

func (nobodyDelegates) Signer(_ context.Context, p callbacks.Person, _ string, _, _ time.Time) (callbacks.Signer, error) {
	return callbacks.Signer{Person: p}, nil
}

// Signer reads whose rights a person has besides their own.
func (s *Service) Signer(ctx context.Context, p callbacks.Person) (callbacks.Signer, error) {
	now := s.now()
	return s.signerSince(ctx, p, "", now, now)
}

// signerOf reads whose rights a person has or had in the queue of a callback since it arrived. In another
// queue the signer has no rights but their own, and nobody knows whom they act for there.
func (s *Service) signerOf(ctx context.Context, p callbacks.Person, c *callbacks.Callback) (callbacks.Signer, error) {
	now := s.now()
	return s.signerSince(ctx, p, c.Queue, callbacks.Earliest(now, c.ReceivedAt), now)
}

func (s *Service) signerSince(
	ctx context.Context, p callbacks.Person, queue string, from, now time.Time,
) (callbacks.Signer, error) {
	signer, err := s.delegations.Signer(ctx, p, queue, from, now)
	if err != nil {
		return callbacks.Signer{}, fmt.Errorf("delegations to %s: %w", p.ID, err)
	}
	return signer, nil
}
