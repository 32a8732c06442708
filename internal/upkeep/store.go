package upkeep

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// Config is what the workers work with. Every field but Jitter is required.
type Config struct {
	Store       Store
	Lambda      callbacks.Lambda
	History     history.Config
	Invalidator callbacks.Invalidator
	Log         *slog.Logger
	Now         func() time.Time
	Jitter      func() float64 // of pauses, in [0,1); nil means random
}

// Store keeps the schedules of what happens by itself.
type Store interface {
	// Get returns a callback, or [callbacks.ErrNotFound].
	Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error)
	// Change is Change of [desk.Store].
	Change(
		ctx context.Context, id callbacks.ID, parts callbacks.Parts,
		change func(*callbacks.Case) error,
	) (callbacks.Callback, error)

	// ClaimHeartbeats finds up to limit open callbacks whose heartbeat is due. It moves the
	// NextHeartbeatAt of each by a third of its heartbeat timeout, so that nobody else sends the
	// same heartbeat.
	ClaimHeartbeats(ctx context.Context, now time.Time, limit int) ([]callbacks.Callback, error)
	// HastenHeartbeats makes heartbeats due now that are scheduled farther ahead than their
	// interval, by a clock that was set back since.
	HastenHeartbeats(ctx context.Context, now time.Time) error
	// NextHeartbeat is when the next heartbeat is due; zero if none is scheduled.
	NextHeartbeat(ctx context.Context) (time.Time, error)

	// Expired returns up to limit pending callbacks whose deadline is not after now, earliest
	// first. If after is not empty, the page begins behind that callback.
	Expired(ctx context.Context, now time.Time, after callbacks.ID, limit int) ([]callbacks.ID, error)
	// NextDeadline is the earliest deadline of a pending callback; zero if there is none.
	NextDeadline(ctx context.Context) (time.Time, error)

	// Escalating returns up to limit callbacks whose escalation is due and not on record, the
	// earliest first.
	Escalating(ctx context.Context, now time.Time, limit int) ([]callbacks.ID, error)
	// NextEscalation is when the next escalation is due; zero if there is none.
	NextEscalation(ctx context.Context) (time.Time, error)

	// CloseReviews closes up to limit reviews last renewed before a time, and returns their
	// callbacks.
	CloseReviews(ctx context.Context, before, now time.Time, limit int) ([]callbacks.Callback, error)

	// ForgetMessages deletes at most limit webhook messages received before a time.
	ForgetMessages(ctx context.Context, before time.Time, limit int) error
}
