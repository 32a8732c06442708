package desk

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// RetryDelivery sends a decision again when an admin believes that it can be delivered; only admins
// may call it. It returns [callbacks.ErrConflict] if there is nothing to deliver.
func (s *Service) RetryDelivery(ctx context.Context, p callbacks.Person, id callbacks.ID) (callbacks.Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return callbacks.Callback{}, err
	}
	if !p.Roles.Admin {
		return callbacks.Callback{}, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Only admins can resend a decision."}
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return callbacks.Callback{}, err
	}
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		return c.Record(c.Retry(c.Delivery, now, p.Actor()))
	})
	if err != nil {
		return callbacks.Callback{}, fmt.Errorf("retry %s: %w", id, err)
	}
	s.changed(c)
	s.deliveries.Wake()
	s.beat()
	return c, nil
}
