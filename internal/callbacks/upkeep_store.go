package callbacks

import (
	"context"
	"log/slog"
	"time"
)

// UpkeepConfig is what the workers work with. Every field but Jitter is needed.
type UpkeepConfig struct {
	Store   UpkeepStore
	Lambda  Lambda
	History HistoryConfig
	Notify  Notifier
	Log     *slog.Logger
	Now     func() time.Time
	Jitter  func() float64 // of pauses, in [0,1); nil draws it
}

// UpkeepStore keeps the schedules of what happens by itself. [Store] says what holds of every function that is passed in.
type UpkeepStore interface {
	// Get returns a callback, or [ErrNotFound].
	Get(ctx context.Context, id ID) (Callback, error)
	// Update is that of [Store].
	Update(ctx context.Context, id ID, fn func(*Callback) (Change, error)) (Callback, error)

	// ClaimHeartbeats finds up to limit open callbacks whose heartbeat is due and moves each one's NextHeartbeatAt on by a
	// third of its heartbeat timeout, so that nobody else sends the same beat.
	ClaimHeartbeats(ctx context.Context, now time.Time, limit int) ([]Callback, error)
	// HastenHeartbeats makes beats due now that are scheduled farther ahead than their interval: by a clock that was set back since.
	HastenHeartbeats(ctx context.Context, now time.Time) error
	// NextHeartbeat is when the next heartbeat is due; zero when none is.
	NextHeartbeat(ctx context.Context) (time.Time, error)

	// Expired returns up to limit pending callbacks whose deadline is not after now, earliest first, and behind one that was
	// returned before, if any.
	Expired(ctx context.Context, now time.Time, after ID, limit int) ([]ID, error)
	// NextDeadline is the earliest deadline of a pending callback; zero when there is none.
	NextDeadline(ctx context.Context) (time.Time, error)

	// Review is that of [Store].
	Review(ctx context.Context, id ID, fn func(*Callback, []Review) ([]Review, AuditEntry, error)) (Callback, error)
	// CloseReviews closes up to limit reviews that nobody renewed since before, and returns their callbacks.
	CloseReviews(ctx context.Context, before, now time.Time, limit int) ([]Callback, error)

	// ForgetMessages drops webhook messages received before a time, at most limit.
	ForgetMessages(ctx context.Context, before time.Time, limit int) error
}
