package callbacks

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ReviewStatus is what a page needs to know about the review it holds.
type ReviewStatus struct {
	Review   Review
	Callback Callback
}

// OpenReview begins a review of a pending callback. Only people who may decide the callback can
// review it, with groups as fresh as a decision needs, because a review keeps the function waiting.
// Others can read it; that sends no heartbeats. If a page opens again by itself, without input, it
// continues with the remaining [ReviewLimits] of the person's last review: otherwise a forgotten tab
// could hold up the function for ever.
func (s *Service) OpenReview(ctx context.Context, p Person, id ID, sign SignOfLife) (ReviewStatus, error) {
	_, reader, err := s.seeAs(ctx, p, id)
	if err != nil {
		return ReviewStatus{}, err
	}
	now := s.now()
	fresh := Review{ID: NewID(), Callback: id, By: p.Actor(), OpenedAt: now, RenewedAt: now, LastInputAt: now}
	var r Review
	c, err := s.store.Change(ctx, id, Parts{Reviews: true}, func(c *Case) error {
		if c.State != Pending {
			return c.wrongState("review")
		}
		if err := s.mayTakePart(reader, &c.Callback, now); err != nil {
			return err
		}
		r = fresh
		if last, ok := lastReview(c.Reviews, p.ID); ok && !sign.Input && !sign.Still {
			r.OpenedAt, r.LastInputAt = last.OpenedAt, last.LastInputAt
		}
		makeRoom(c.Reviews, p.ID, now)
		c.Reviews = append(c.Reviews, r)
		c.hold(c.Reviews, s.limits, now)
		c.Bookkeeping = true
		return c.Record(c.entry(now, r.By, ActionReviewOpened, Facts{}), nil)
	})
	if err != nil {
		return ReviewStatus{}, fmt.Errorf("review %s: %w", id, err)
	}
	s.changed(c)
	s.beat()
	return ReviewStatus{Review: r, Callback: c}, nil
}

// maxOwnReviews is how many reviews of one callback a person may have open: more tabs of one
// request than anybody needs.
const maxOwnReviews = 8

// makeRoom closes the person's reviews that were renewed longest ago, so that another one may open.
// A page whose review was closed opens a new one while somebody looks at it.
func makeRoom(all []Review, person string, now time.Time) {
	var own []*Review
	for i := range all {
		if all[i].By.ID == person && all[i].ClosedAt.IsZero() {
			own = append(own, &all[i])
		}
	}
	slices.SortStableFunc(own, func(a, b *Review) int { return a.RenewedAt.Compare(b.RenewedAt) })
	for _, r := range own[:max(len(own)-maxOwnReviews+1, 0)] {
		r.ClosedAt = now
	}
}

// lastReview is the review that a person renewed last, open or closed.
func lastReview(reviews []Review, person string) (last Review, ok bool) {
	for _, r := range reviews {
		if r.By.ID == person && (!ok || r.RenewedAt.After(last.RenewedAt)) {
			last, ok = r, true
		}
	}
	return last, ok
}

// SignOfLife is what an open page reports when it renews its review.
type SignOfLife struct {
	Input bool // the person moved, typed or scrolled since the last renewal
	Still bool // the person answered "still reviewing?"
}

// RenewReview keeps a review alive for another [ReviewLease]. It returns [ErrNotFound] if the
// review has ended; the page then opens a new one. On [ErrOldGroups] the review is not renewed and
// runs out.
func (s *Service) RenewReview(ctx context.Context, p Person, id, review ID, sign SignOfLife) (ReviewStatus, error) {
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return ReviewStatus{}, err
	}
	var renewed Review
	c, err := s.changeReview(ctx, p, id, review, func(c *Callback, r *Review) AuditEntry {
		r.RenewedAt = now
		if sign.Input || sign.Still {
			r.LastInputAt = now
		}
		renewed = *r
		if sign.Still {
			return c.entry(now, r.By, ActionReviewConfirmed, Facts{})
		}
		return AuditEntry{}
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
func (s *Service) ReleaseReview(ctx context.Context, p Person, id, review ID) error {
	now := s.now()
	c, err := s.changeReview(ctx, p, id, review, func(c *Callback, r *Review) AuditEntry {
		r.ClosedAt = now
		return c.entry(now, r.By, ActionReviewReleased, Facts{})
	})
	if err != nil {
		return err
	}
	s.changed(c)
	return nil
}

// changeReview applies change to the person's own open review and recalculates how long the
// remaining reviews keep the callback alive.
func (s *Service) changeReview(ctx context.Context, p Person, id, review ID, change func(*Callback, *Review) AuditEntry) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{Reviews: true}, func(c *Case) error {
		i := slices.IndexFunc(c.Reviews, func(r Review) bool {
			return r.ID == review && r.By.ID == p.ID && r.ClosedAt.IsZero()
		})
		if i < 0 {
			return ErrNotFound
		}
		entry := change(&c.Callback, &c.Reviews[i])
		c.hold(c.Reviews, s.limits, s.now())
		c.Bookkeeping = true
		return c.Record(entry, nil)
	})
	if err != nil {
		return Callback{}, fmt.Errorf("review %s of %s: %w", review, id, err)
	}
	return c, nil
}

// hold keeps the callback alive for as long as any of its reviews, or a signature, may keep it.
func (c *Callback) hold(reviews []Review, b ReviewLimits, now time.Time) {
	c.HeldUntil = c.signedUntil(b)
	for _, r := range reviews {
		if r.ClosedAt.IsZero() {
			c.HeldUntil = Latest(c.HeldUntil, r.holdsUntil(b))
		}
	}
	c.scheduleHeartbeat(now)
	c.StopHeartbeats(now)
}

// signedUntil is until when signatures that wait for others may keep the callback alive; zero if they
// may not, or none waits.
func (c *Callback) signedUntil(b ReviewLimits) time.Time {
	if c.KeepAlive != KeepAliveSigned || c.WaitingSince.IsZero() {
		return time.Time{}
	}
	return c.WaitingSince.Add(b.Max)
}

// Times of a review.
const (
	// ReviewRenewal is how often an open page renews its review.
	ReviewRenewal = 10 * time.Second
	// ReviewLease is how long a review lives without a sign of life.
	ReviewLease = 30 * time.Second
	// ReviewGrace is how long "still reviewing?" waits for an answer before the heartbeats stop.
	ReviewGrace = 2 * time.Minute
)

// ReviewLimits bounds how long a person may keep a callback alive, so that a forgotten tab cannot hold up
// a function for ever.
type ReviewLimits struct {
	// without any input; then the page asks, and after [ReviewGrace] the heartbeats stop
	Idle time.Duration
	// of one review, with or without input, and of signatures that wait for others
	Max time.Duration
}

// DefaultReviewLimits is 30 minutes without input and 8 hours in total.
var DefaultReviewLimits = ReviewLimits{Idle: 30 * time.Minute, Max: 8 * time.Hour}

// Review is one reviewer having one callback open in one tab: a lease that expires by itself.
type Review struct {
	ID          ID // of the review; the page that opened it knows it
	Callback    ID
	By          Actor
	OpenedAt    time.Time
	RenewedAt   time.Time
	LastInputAt time.Time
	ClosedAt    time.Time // zero while it is open
}

// ExpiresAt is when the review ends without another sign of life.
func (r Review) ExpiresAt() time.Time { return r.RenewedAt.Add(ReviewLease) }

// ReviewsEnded returns the time such that an open review last renewed before it has ended by now.
func ReviewsEnded(now time.Time) time.Time { return now.Add(-ReviewLease) }

// AsksAt is when the page asks whether the reviewer is still there.
func (r Review) AsksAt(b ReviewLimits) time.Time {
	return Earliest(r.LastInputAt.Add(b.Idle), r.OpenedAt.Add(b.Max-ReviewGrace))
}

// holdsUntil is the latest time to which this review keeps heartbeats going: the end of its lease,
// but not beyond the [ReviewLimits].
func (r Review) holdsUntil(b ReviewLimits) time.Time {
	if !r.ClosedAt.IsZero() {
		return r.ClosedAt
	}
	return Earliest(r.ExpiresAt(), r.LastInputAt.Add(b.Idle+ReviewGrace), r.OpenedAt.Add(b.Max))
}
