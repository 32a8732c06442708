package callbacks

import (
	"cmp"
	"slices"
	"time"
)

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

// ReviewLimits bounds how long a person's review, and signatures that wait for others, may keep a
// callback alive, so that a forgotten tab cannot hold up a function for ever.
type ReviewLimits struct {
	// without any input; then the page asks, and after [ReviewGrace] the heartbeats stop
	Idle time.Duration
	Max  time.Duration // of one review, with or without input
	// of signatures that wait for others, from the first; 0 means Max
	Signed time.Duration
}

// DefaultReviewLimits is 30 minutes without input and 8 hours in total.
var DefaultReviewLimits = ReviewLimits{Idle: 30 * time.Minute, Max: 8 * time.Hour}

// Times of a review.
const (
	// ReviewRenewal is how often an open page renews its review.
	ReviewRenewal = 10 * time.Second
	// ReviewLease is how long a review lives without a sign of life.
	ReviewLease = 30 * time.Second
	// ReviewGrace is how long "still reviewing?" waits for an answer before the heartbeats stop.
	ReviewGrace = 2 * time.Minute
)

// SignOfLife is what an open page reports when it renews its review.
type SignOfLife struct {
	Input bool // the person moved, typed or scrolled since the last renewal
	Still bool // the person answered "still reviewing?"
}

// OpenReview begins a review of a pending callback, and returns it. If a page opens again by
// itself, without input, the review continues with the remaining [ReviewLimits] of the person's
// last one: otherwise a forgotten tab could hold up the function for ever. The change must ask for
// the reviews. Package desk calls it, and RenewReview and ReleaseReview.
func (c *Case) OpenReview(r Review, sign SignOfLife, limits ReviewLimits, now time.Time) (Review, error) {
	if c.State != Pending {
		return Review{}, c.WrongState("review")
	}
	if last, ok := lastReview(c.Reviews, r.By.ID); ok && !sign.Input && !sign.Still {
		r.OpenedAt, r.LastInputAt = last.OpenedAt, last.LastInputAt
	}
	makeRoom(c.Reviews, r.By.ID, now)
	c.Reviews = append(c.Reviews, r)
	c.hold(c.Reviews, limits, now)
	c.Bookkeeping = true
	return r, c.Record(c.entry(now, r.By, ActionReviewOpened, Facts{}), nil)
}

// RenewReview keeps a person's review alive for another [ReviewLease], and returns it. It returns
// [ErrNotFound] if the review has ended.
func (c *Case) RenewReview(
	person string, review ID, sign SignOfLife, limits ReviewLimits, now time.Time,
) (Review, error) {
	return c.changeReview(person, review, limits, now, func(r *Review) (action Action) {
		r.RenewedAt = now
		if sign.Input || sign.Still {
			r.LastInputAt = now
		}
		if sign.Still {
			action = ActionReviewConfirmed
		}
		return action
	})
}

// ReleaseReview ends a person's review. It returns [ErrNotFound] if the review has ended.
func (c *Case) ReleaseReview(person string, review ID, limits ReviewLimits, now time.Time) error {
	_, err := c.changeReview(person, review, limits, now, func(r *Review) Action {
		r.ClosedAt = now
		return ActionReviewReleased
	})
	return err
}

// changeReview applies change to the person's own open review, and recalculates how long the
// remaining reviews keep the callback alive. change returns the action of the audit entry, or none.
func (c *Case) changeReview(
	person string, id ID, limits ReviewLimits, now time.Time, change func(*Review) Action,
) (Review, error) {
	i := slices.IndexFunc(c.Reviews, func(r Review) bool {
		return r.ID == id && r.By.ID == person && r.ClosedAt.IsZero()
	})
	if i < 0 {
		return Review{}, ErrNotFound
	}
	r := &c.Reviews[i]
	action := change(r)
	c.hold(c.Reviews, limits, now)
	c.Bookkeeping = true
	return *r, c.Record(c.entry(now, r.By, action, Facts{}), nil)
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

// hold keeps the callback alive for as long as any of its reviews, or a signature, may keep it.
func (c *Callback) hold(reviews []Review, b ReviewLimits, now time.Time) {
	c.HeldUntil = c.SignedUntil(b)
	for _, r := range reviews {
		if r.ClosedAt.IsZero() {
			c.HeldUntil = Latest(c.HeldUntil, r.holdsUntil(b))
		}
	}
	c.scheduleHeartbeat(now)
	c.StopHeartbeats(now)
}

// SignedUntil is until when signatures that wait for others may keep the callback alive; zero if
// they may not, or none waits.
func (c *Callback) SignedUntil(b ReviewLimits) time.Time {
	if c.KeepAlive != KeepAliveSigned || c.WaitingSince.IsZero() {
		return time.Time{}
	}
	return c.WaitingSince.Add(cmp.Or(b.Signed, b.Max))
}

// ExpiresAt is when the review ends without another sign of life.
func (r Review) ExpiresAt() time.Time { return r.RenewedAt.Add(ReviewLease) }

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
