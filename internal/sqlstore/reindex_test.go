package sqlstore_test

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

// TestRenewSearch: what an earlier version stored is found as well after an upgrade, a few requests at a time.
func TestRenewSearch(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlstore.Store{"SQLite": openSQLite, "PostgreSQL": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "PostgreSQL" && testing.Short() {
				return
			}
			testRenewSearch(t, open(t))
		})
	}
}

func testRenewSearch(t *testing.T, s *sqlstore.Store) {
	const n = 5
	found := func(search string, want int) {
		t.Helper()
		q := callbacks.Query{Filter: callbacks.Filter{Scope: callbacks.ScopeAll, Search: search}, AllQueues: true, Now: callbackstest.T0}
		if got, err := s.Count(t.Context(), q, 100); err != nil || got != want {
			t.Errorf("%q finds %d, %v; want %d", search, got, err, want)
		}
	}
	renew := func(wantLeft bool) {
		t.Helper()
		if left, err := s.RenewSearch(t.Context(), 2); err != nil || left != wantLeft {
			t.Fatalf("left %t, %v; want %t", left, err, wantLeft)
		}
	}
	for range n {
		c := callbackstest.NewCallback(callbackstest.Title("返金申請"))
		content := callbacks.Content{Tags: []string{"Straße"}}
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, content, "f", callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)); err != nil {
			t.Fatal(err)
		}
	}
	found("申請", n)
	renew(false) // nothing is stale
	if err := s.MakeStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	found("申請", 0)
	found("former", n)
	renew(true)
	found("申請", 2)
	renew(true)
	renew(false)
	found("申請", n)
	found("strasse", n)
	found("former", 0)
	renew(false)
}
