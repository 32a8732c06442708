package callbacks

import (
	"context"
	"time"
)

// Work is a claimed delivery with what the call needs.
type Work struct {
	Callback Callback
	Delivery Delivery
}

// DeliveryStore keeps deliveries. [Store] says what holds of every function that is passed in.
type DeliveryStore interface {
	// ClaimDeliveries leases up to limit deliveries that are due and whose lease, if any, has run out, but none in a lane that is
	// full. For each that is still decided it records the attempt that is about to be made; one left open by an earlier claim
	// makes the delivery doubtful.
	ClaimDeliveries(ctx context.Context, now time.Time, lease Lease, limit int, full []Lane) ([]Work, error)
	// FinishDelivery is Update for a claimed delivery: fn changes callback and delivery, sets the delivery's DueAt (zero settles
	// it) and returns the audit entry; attempt replaces the open one of the claim. [ErrLeaseLost] when the lease is not owner's any more.
	FinishDelivery(ctx context.Context, owner string, attempt Attempt, id ID, fn func(*Callback, *Delivery) (AuditEntry, error)) (Callback, error)
	// NextDelivery is when the next delivery is due or its lease runs out; zero when none is waiting.
	NextDelivery(ctx context.Context) (time.Time, error)
}
