package callbacks

import "time"

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
	Max  time.Duration // of one review, with or without input
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

// HoldsUntil is the latest time to which this review keeps heartbeats going: the end of its lease,
// but not beyond the [ReviewLimits].
func (r Review) HoldsUntil(b ReviewLimits) time.Time {
	if !r.ClosedAt.IsZero() {
		return r.ClosedAt
	}
	return Earliest(r.ExpiresAt(), r.LastInputAt.Add(b.Idle+ReviewGrace), r.OpenedAt.Add(b.Max))
}
