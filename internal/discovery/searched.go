package discovery

import (
	"context"
	"fmt"
	"slices"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/readquota"
)

// Searched is what the desk searches and how much read quota that uses.
type Searched struct {
	Watches []WatchState      // by function, account and region
	Quotas  []readquota.Quota // by account and region
	// Gone is, for each function, how many of its callbacks were announced and are gone, in any
	// account, up to [MaxGone].
	Gone map[string]int
}

// MaxGone is where the count of gone callbacks stops.
const MaxGone = 100

// Quota returns the quota of a lane, or nil if nothing was read there yet.
func (s Searched) Quota(lane arn.Lane) *readquota.Quota {
	for i := range s.Quotas {
		if s.Quotas[i].Lane == lane {
			return &s.Quotas[i]
		}
	}
	return nil
}

// Searched returns which functions are searched for callbacks. Only admins and auditors may call
// it.
func (d *Worker) Searched(ctx context.Context, p callbacks.Person) (searched Searched, err error) {
	if !p.Roles.SeesAll() {
		return Searched{}, &callbacks.Refusal{Code: "role", Reason: "Only admins and auditors can see the watched functions."}
	}
	if searched.Watches, err = d.store.Watches(ctx); err != nil {
		return Searched{}, fmt.Errorf("read watched functions: %w", err)
	}
	if searched.Quotas, err = d.allowances.Quotas(ctx); err != nil {
		return Searched{}, fmt.Errorf("read the read quotas: %w", err)
	}
	var functions []string
	for _, w := range searched.Watches {
		functions = append(functions, w.Name())
	}
	slices.Sort(functions)
	if searched.Gone, err = d.store.Gone(ctx, slices.Compact(functions), MaxGone); err != nil {
		return Searched{}, fmt.Errorf("count callbacks that are gone: %w", err)
	}
	return searched, nil
}
