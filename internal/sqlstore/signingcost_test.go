package sqlstore_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// TestTransactionsOfSignatures: a decision of one signature is one transaction, and each further
// signature adds one.
func TestTransactionsOfSignatures(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{"SQLite": sqlstoretest.NewDatabase, "PostgreSQL": newDatabase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := sqlstore.Open(t.Context(), database(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			countTransactions(t, s)
		})
	}
}

func countTransactions(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	transactions := sqlstore.CountTransactions(s)
	queues := callbacks.Queues{callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"reviewers"}}}
	service := desk.NewService(desk.ServiceConfig{
		Store: s, Queues: queues, Invalidator: unheard{}, ReviewLimits: callbacks.DefaultReviewLimits,
		Now: func() time.Time { return callbackstest.T0.Add(time.Minute) }, SeenKeys: desk.NewSeenKeys([][]byte{[]byte("the key of a test")}),
	})
	for _, signatures := range []int{1, 3} {
		c := callbackstest.NewCallback(func(c *callbacks.Callback) {
			c.Requirement = callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: signatures}}}}
		})
		storetest.Receive(t, s, callbacks.Message{}, c)
		*transactions = 0
		for i := range signatures {
			name := fmt.Sprintf("%d-%d", signatures, i)
			p := callbacks.Person{
				ID: name, Subject: name, Name: name, Email: name + "@example.com", EmailVerified: true,
				Groups: []string{"reviewers"}, Roles: callbacks.Roles{Reviewer: true},
			}
			choice := callbacks.Choice{Outcome: callbacks.OutcomeApprove}
			shown, err := service.Preview(t.Context(), p, c.ID, choice)
			callbackstest.Must(t, err)
			choice.PreparedAt, choice.Sends = shown.PreparedAt, shown.Sends
			_, err = service.Sign(t.Context(), p, c.ID, choice, shown.Seen)
			callbackstest.Must(t, err)
		}
		if got, err := s.Get(t.Context(), c.ID); err != nil || got.State != callbacks.Decided || *transactions != signatures {
			t.Errorf("%d signatures: %d transactions, %s, %v", signatures, *transactions, got.State, err)
		}
	}
}

// unheard is where nobody has a page open.
type unheard struct{}

func (unheard) Changed(callbacks.Invalidation) {}
