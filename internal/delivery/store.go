package delivery

import (
	"context"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Work is a claimed delivery with what the call needs.
type Work struct {
	Callback callbacks.Callback
	Delivery callbacks.Delivery
}

// Store keeps deliveries.
type Store interface {
	// ClaimDeliveries leases up to limit deliveries that are due and whose lease, if any, has run
	// out. It skips lanes that are full. It begins each by [callbacks.Delivery.Begin]; an attempt
	// left open by an earlier claim makes the delivery doubtful.
	ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []arn.Lane) ([]Work, error)
	// Change is Change of [desk.Store].
	Change(
		ctx context.Context, id callbacks.ID, parts callbacks.Parts,
		change func(*callbacks.Case) error,
	) (callbacks.Callback, error)
	// NextDelivery is when the next delivery is due or its lease runs out; zero if none is waiting.
	NextDelivery(ctx context.Context) (time.Time, error)
}
