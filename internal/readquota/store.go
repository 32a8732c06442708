package readquota

import (
	"context"
	"time"

	"countersign/internal/arn"
)

// Store keeps the quotas that replicas share.
type Store interface {
	// ChangeQuota changes a lane's quota, which it makes if there is none. The time passed to fn is
	// now, or the time of the database's clock if replicas share a database, because their clocks
	// may differ.
	ChangeQuota(ctx context.Context, lane arn.Lane, now time.Time, fn func(b *Quota, now time.Time)) error
	// Quotas returns the quotas in order of account and region.
	Quotas(ctx context.Context) ([]Quota, error)
}
