package batch

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps batches. Implementations pass the contract of package batchtest. A method that cannot
// reach the database returns an error that matches [callbacks.ErrUnavailable].
type Store interface {
	// AddBatch records a selection, and deletes those of the same person beyond the last
	// [MaxSelections] that were not confirmed.
	AddBatch(ctx context.Context, b Batch) error
	// Batch returns a batch with its items in their order, or [callbacks.ErrNotFound].
	Batch(ctx context.Context, id callbacks.ID) (Batch, error)
	// ArmBatch writes the comment and the items of a selection as they are given. It returns
	// [ErrBegun] if it was confirmed, and [callbacks.ErrNotFound] if there is no such selection.
	ArmBatch(ctx context.Context, b Batch) error
	// BeginBatch records that a selection is confirmed, with its audit entry: its By, BegunAt and
	// items are written as they are given, and a worker may claim it. Errors are those of ArmBatch.
	BeginBatch(ctx context.Context, b Batch, entry callbacks.AuditEntry) error
	// StopBatch records that the person asks to stop, with its audit entry, if the batch has begun
	// and not ended, and nobody asked before.
	StopBatch(ctx context.Context, id callbacks.ID, at time.Time, entry callbacks.AuditEntry) error
	// ClaimBatches leases batches that have begun and not ended and that nobody holds, those first
	// that began first.
	ClaimBatches(ctx context.Context, now time.Time, lease callbacks.Lease, limit int) ([]Batch, error)
	// FinishItem writes the result of the item at a position, and renews the lease. It returns
	// when its person asked to stop the batch, zero if they did not, and [callbacks.ErrLeaseLost].
	FinishItem(ctx context.Context, id callbacks.ID, position int, item Item, lease callbacks.Lease) (stopAt time.Time, err error)
	// EndBatch records that each item has its result: those that wait get the one that is given.
	EndBatch(ctx context.Context, id callbacks.ID, rest Result, now time.Time, lease callbacks.Lease) error
	// NextBatch returns when a batch can be claimed next, zero if there is none.
	NextBatch(ctx context.Context) (time.Time, error)
	// ForgetBatches deletes up to limit batches that were made before a time and are not under way.
	ForgetBatches(ctx context.Context, before time.Time, limit int) error
}
