package upkeep

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// Config is what the workers work with. Every field but Jitter is needed.
type Config struct {
	Store   Store
	Lambda  callbacks.Lambda
	History history.Config
	Notify  callbacks.Notifier
	Log     *slog.Logger
	Now     func() time.Time
	Jitter  func() float64 // of pauses, in [0,1); nil draws it
}

// Store keeps the schedules of what happens by itself. [callbacks.Store] says what holds of every
// function that is passed in.
type Store interface {
	// Get returns a callback, or [callbacks.ErrNotFound].
	Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error)
	// Update is that of [callbacks.Store].
	Update(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback) (callbacks.Change, error)) (callbacks.Callback, error)

	// ClaimHeartbeats finds up to limit open callbacks whose heartbeat is due and moves each one's
	// NextHeartbeatAt on by a third of its heartbeat timeout, so that nobody else sends the same
	// beat.
	ClaimHeartbeats(ctx context.Context, now time.Time, limit int) ([]callbacks.Callback, error)
	// HastenHeartbeats makes beats due now that are scheduled farther ahead than their interval: by
	// a clock that was set back since.
	HastenHeartbeats(ctx context.Context, now time.Time) error
	// NextHeartbeat is when the next heartbeat is due; zero when none is.
	NextHeartbeat(ctx context.Context) (time.Time, error)

	// Expired returns up to limit pending callbacks whose deadline is not after now, earliest
	// first, and behind one that was returned before, if any.
	Expired(ctx context.Context, now time.Time, after callbacks.ID, limit int) ([]callbacks.ID, error)
	// NextDeadline is the earliest deadline of a pending callback; zero when there is none.
	NextDeadline(ctx context.Context) (time.Time, error)

	// Review is that of [callbacks.Store].
	Review(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback, []callbacks.Review) ([]callbacks.Review, callbacks.AuditEntry, error)) (callbacks.Callback, error)
	// CloseReviews closes up to limit reviews that nobody renewed since before, and returns their
	// callbacks.
	CloseReviews(ctx context.Context, before, now time.Time, limit int) ([]callbacks.Callback, error)

	// ForgetMessages drops webhook messages received before a time, at most limit.
	ForgetMessages(ctx context.Context, before time.Time, limit int) error
}
