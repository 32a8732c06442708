package readquota

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps the quotas that replicas share.
type Store interface {
	// ChangeQuota changes a lane's quota, which is made when there is none. The time in fn is now,
	// or what the database's clock says where replicas share one: theirs need not agree.
	ChangeQuota(ctx context.Context, lane callbacks.Lane, now time.Time, fn func(b *Quota, now time.Time)) error
	// Quotas returns the quotas by account and region.
	Quotas(ctx context.Context) ([]Quota, error)
}
