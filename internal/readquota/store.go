package readquota

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// BudgetStore keeps the budgets that replicas share.
type Store interface {
	// ChangeBudget changes a lane's budget, which is made when there is none. The time in fn is now, or what the database's clock
	// says where replicas share one: theirs need not agree.
	ChangeQuota(ctx context.Context, lane callbacks.Lane, now time.Time, fn func(b *Quota, now time.Time)) error
	// Budgets returns the budgets by account and region.
	Quotas(ctx context.Context) ([]Quota, error)
}
