package delivery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Work is a claimed delivery with what the call needs.
type Work struct {
	Callback callbacks.Callback
	Delivery callbacks.Delivery
}

// Store keeps deliveries. [callbacks.Store] says what applies to every function argument.
type Store interface {
	// ClaimDeliveries leases up to limit deliveries that are due and whose lease, if any, has run
	// out. It skips lanes that are full. For each delivery that is still decided it records the
	// attempt that is about to be made; an attempt left open by an earlier claim makes the delivery
	// doubtful.
	ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []callbacks.Lane) ([]Work, error)
	// FinishDelivery is Update for a claimed delivery. fn changes callback and delivery, sets the
	// delivery's DueAt (zero settles it) and returns the audit entry; attempt replaces the open
	// attempt of the claim. It returns [callbacks.ErrLeaseLost] if owner no longer holds the lease.
	FinishDelivery(ctx context.Context, owner string, attempt callbacks.Attempt, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error)
	// NextDelivery is when the next delivery is due or its lease runs out; zero if none is waiting.
	NextDelivery(ctx context.Context) (time.Time, error)
}
