package readquotatest

import (
	"sync"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/readquota"
)

func testQuotas(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"IsShared":        budgetShared,
		"KeepsEveryField": budgetFields,
	})
}

func budgetShared(t *testing.T, s storetest.Store) {
	const n = 40
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if err := s.ChangeQuota(t.Context(), arn.Lane{Region: "eu-west-1"}, callbackstest.T0, func(b *readquota.Quota, _ time.Time) { b.Used++ }); err != nil {
				t.Errorf("change budget: %v", err)
			}
		})
	}
	all.Wait()
	budgets, err := s.Quotas(t.Context())
	if err != nil || len(budgets) != 1 || budgets[0].Used != n {
		t.Errorf("budgets are %+v, %v; want one with %d", budgets, err, n)
	}
}

func budgetFields(t *testing.T, s storetest.Store) {
	want := []readquota.Quota{
		{Rate: 0.5}, // of the default region
		{Lane: arn.Lane{Region: "eu-west-1"}, Rate: 5, PaidUntil: callbackstest.T0.Add(200 * time.Millisecond), PausedUntil: callbackstest.T0.Add(time.Minute), Strikes: 2, Minute: callbackstest.T0, Used: 3, Before: 9},
		{Lane: arn.Lane{Account: "111122223333", Region: "eu-west-1"}, Rate: 1},
	}
	for _, b := range want {
		callbackstest.Must(t, s.ChangeQuota(t.Context(), b.Lane, callbackstest.T0, func(stored *readquota.Quota, _ time.Time) { *stored = b }))
	}
	got, err := s.Quotas(t.Context())
	callbackstest.Must(t, err)
	callbackstest.Same(t, "budgets", got, want)
}
