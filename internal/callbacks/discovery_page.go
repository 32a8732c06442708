package callbacks

import (
	"context"
	"fmt"
)

// Searched is what the desk searches and what that costs.
type Searched struct {
	Watches []WatchState // by function, account and region
	Budgets []ReadBudget // by account and region
}

// Budget is the budget of a lane, nil where nothing was asked yet.
func (s Searched) Budget(lane Lane) *ReadBudget {
	for i := range s.Budgets {
		if s.Budgets[i].Lane == lane {
			return &s.Budgets[i]
		}
	}
	return nil
}

// Searched reads which functions are searched for callbacks, for admins and auditors.
func (s *Service) Searched(ctx context.Context, p Person) (searched Searched, err error) {
	if !p.Roles.Admin && !p.Roles.Auditor {
		return Searched{}, &Refusal{Code: "role", Reason: "The watched functions are for admins and auditors."}
	}
	if searched.Watches, err = s.store.Watches(ctx); err != nil {
		return Searched{}, fmt.Errorf("watched functions: %w", err)
	}
	if searched.Budgets, err = s.store.Budgets(ctx); err != nil {
		return Searched{}, fmt.Errorf("budgets: %w", err)
	}
	return searched, nil
}
