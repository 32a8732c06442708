package callbacks

import (
	"context"
	"fmt"
)

// RetryDelivery sends a decision again when an admin believes that it can be delivered; only admins
// may call it. It returns [ErrConflict] if there is nothing to deliver.
func (s *Service) RetryDelivery(ctx context.Context, p Person, id ID) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: CodeRole, Reason: "Only admins can resend a decision."}
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{Delivery: true}, func(c *Case) error {
		return c.Record(c.Retry(c.Delivery, now, p.Actor()))
	})
	if err != nil {
		return Callback{}, fmt.Errorf("retry %s: %w", id, err)
	}
	s.changed(c)
	s.deliveries.Wake()
	s.beat()
	return c, nil
}
