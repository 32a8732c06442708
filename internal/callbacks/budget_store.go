package callbacks

import (
	"context"
	"time"
)

// BudgetStore keeps the budgets that replicas share.
type BudgetStore interface {
	// ChangeBudget changes a lane's budget, which is made when there is none. The time in fn is now, or what the database's clock
	// says where replicas share one: theirs need not agree.
	ChangeBudget(ctx context.Context, lane Lane, now time.Time, fn func(b *ReadBudget, now time.Time)) error
	// Budgets returns the budgets by account and region.
	Budgets(ctx context.Context) ([]ReadBudget, error)
}
