package desk

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// ReviewStatus is what a page needs to know about the review it holds.
type ReviewStatus struct {
	Review   callbacks.Review
	Callback callbacks.Callback
}

// OpenReview begins a review of a pending callback. Only people who may decide the callback can
// review it, with groups as fresh as a decision needs, because a review keeps the function waiting.
// Others can read it; that sends no heartbeats. If a page opens again by itself, without input, it
// continues with the remaining [callbacks.ReviewLimits] of the person's last review: otherwise a
// forgotten tab could hold up the function for ever.
func (s *Service) OpenReview(
	ctx context.Context, p callbacks.Person, id callbacks.ID, sign callbacks.SignOfLife,
) (ReviewStatus, error) {
	_, reader, err := s.seeAs(ctx, p, id)
	if err != nil {
		return ReviewStatus{}, err
	}
	now := s.now()
	fresh := callbacks.Review{ID: callbacks.NewIDAt(now), Callback: id, By: p.Actor(), OpenedAt: now, RenewedAt: now, LastInputAt: now}
	var r callbacks.Review
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		if c.State == callbacks.Pending {
			if err := s.mayTakePart(reader, &c.Callback, now); err != nil {
				return err
			}
		}
		var err error
		r, err = c.OpenReview(fresh, sign, s.ReviewLimits(c.Queue), now)
		return err
	})
	if err != nil {
		return ReviewStatus{}, fmt.Errorf("review %s: %w", id, err)
	}
	s.changed(c)
	s.beat()
	return ReviewStatus{Review: r, Callback: c}, nil
}

// RenewReview keeps a review alive for another [callbacks.ReviewLease]. It returns
// [callbacks.ErrNotFound] if the review has ended; the page then opens a new one. On
// [callbacks.ErrOldGroups] the review is not renewed and runs out.
func (s *Service) RenewReview(
	ctx context.Context, p callbacks.Person, id, review callbacks.ID, sign callbacks.SignOfLife,
) (ReviewStatus, error) {
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return ReviewStatus{}, err
	}
	var renewed callbacks.Review
	c, err := s.changeReview(ctx, p, id, review, func(c *callbacks.Case) (err error) {
		renewed, err = c.RenewReview(p.ID, review, sign, s.ReviewLimits(c.Queue), now)
		return err
	})
	if err != nil {
		return ReviewStatus{}, err
	}
	if !c.NextHeartbeatAt.IsZero() && !c.NextHeartbeatAt.After(now) {
		s.beat()
	}
	return ReviewStatus{Review: renewed, Callback: c}, nil
}

// ReleaseReview ends a review because its page was closed or left.
func (s *Service) ReleaseReview(ctx context.Context, p callbacks.Person, id, review callbacks.ID) error {
	now := s.now()
	c, err := s.changeReview(ctx, p, id, review, func(c *callbacks.Case) error {
		return c.ReleaseReview(p.ID, review, s.ReviewLimits(c.Queue), now)
	})
	if err != nil {
		return err
	}
	s.changed(c)
	return nil
}

// changeReview changes a review of a callback that the person may see.
func (s *Service) changeReview(
	ctx context.Context, p callbacks.Person, id, review callbacks.ID, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return callbacks.Callback{}, err
	}
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Reviews: true}, change)
	if err != nil {
		return callbacks.Callback{}, fmt.Errorf("review %s of %s: %w", review, id, err)
	}
	return c, nil
}

// Reviewers are the people who have a callback open, longest first.
func (s *Service) Reviewers(ctx context.Context, p callbacks.Person, id callbacks.ID) ([]callbacks.Actor, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return nil, err
	}
	open, err := s.cases.Reviews(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reviews of %s: %w", id, err)
	}
	people := make([]callbacks.Actor, len(open))
	for i := range open {
		people[i] = open[i].By
	}
	return people, nil
}
