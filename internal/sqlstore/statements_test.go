package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore/engine"
)

// TestStatementCounts holds how many statements the transactions of a callback's life run.
func TestStatementCounts(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	n := 0
	transact := s.transact
	s.transact = func(ctx context.Context, fn func(context.Context, *tx) error) error {
		return transact(ctx, func(ctx context.Context, t *tx) error {
			counted := *t
			counted.statements = countedStatements{t.statements, &n}
			return fn(ctx, &counted)
		})
	}
	got := map[string]int{}
	for _, step := range life(t, s) {
		n = 0
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got[step.name] = n
	}
	want := map[string]int{
		"announcement": 6, "announced again": 3, "review opened": 6, "review renewed": 5, "heartbeat": 2,
		"decision": 6, "accepted": 7, "claim": 2, "receipt": 5, "follow-up": 4, "end noted": 5, "retry": 5,
	}
	if !maps.Equal(got, want) {
		t.Errorf("statements: %v, want %v", got, want)
	}
}

type countedStatements struct {
	engine.Statements
	n *int
}

func (s countedStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	*s.n++
	return s.Statements.Exec(ctx, text, args)
}

func (s countedStatements) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	*s.n++
	return s.Statements.Query(ctx, text, args)
}

// step is a transaction in the life of a callback.
type step struct {
	name string
	do   func() error
}

// life is what happens to a callback that is announced, reviewed, decided and followed.
func life(t *testing.T, s *Store) []step {
	now := callbackstest.T0
	c := callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, now))
	entry := callbackstest.Entry(c, callbacks.ActionReceived, now)
	receive := func() error {
		message := callbacks.Message{Source: "shop", ID: "m", At: now}
		_, err := s.Receive(t.Context(), message, c, callbacks.Content{}, "f", entry)
		return err
	}
	lease := callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}
	claim := func() error {
		_, err := s.ClaimDeliveries(t.Context(), now, lease, 10, nil)
		return err
	}
	change := func(parts callbacks.Parts, change func(*callbacks.Case) error) func() error {
		return func() error {
			_, err := s.Change(t.Context(), c.ID, parts, change)
			return err
		}
	}
	nothing, reviews, delivery := callbacks.Parts{}, callbacks.Parts{Reviews: true}, callbacks.Parts{Delivery: true}
	return []step{
		{"announcement", receive},
		{"announced again", receive},
		{"review opened", change(reviews, func(c *callbacks.Case) error {
			c.Bookkeeping, c.HeldUntil = true, now.Add(time.Minute)
			c.Reviews = append(c.Reviews, callbacks.Review{
				ID: "r", Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now,
			})
			return c.Record(entry, nil)
		})},
		{"review renewed", change(reviews, func(c *callbacks.Case) error {
			c.Bookkeeping, c.HeldUntil = true, now.Add(2*time.Minute)
			c.Reviews[0].RenewedAt = now.Add(time.Minute)
			return nil
		})},
		{"heartbeat", change(nothing, func(c *callbacks.Case) error {
			c.Heartbeats++
			return nil
		})},
		{"decision", change(nothing, func(c *callbacks.Case) error {
			callbackstest.DecidedBy("ada", now)(&c.Callback)
			c.Signatures = append(c.Signatures, callbacks.Signature{
				By: c.Decision.By, Via: callbacks.ViaWeb, Proposal: callbacks.Proposal{Outcome: "approve", Stance: callbacks.For}, At: now,
			})
			c.Delivery = &callbacks.Delivery{
				Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now, Tries: 1, Lease: lease,
			}
			c.Delivery.Begin(&c.Callback, now)
			return c.Record(entry, nil)
		})},
		{"accepted", change(delivery, func(c *callbacks.Case) error {
			callbackstest.Ended(callbacks.Completed, now)(&c.Callback)
			c.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: now, EndedAt: now}}
			return c.Record(entry, c.Delivery.Release("w", 1))
		})},
		{"claim", claim},
		{"receipt", change(delivery, func(c *callbacks.Case) error {
			c.Ending.Event = 4
			return c.Record(entry, c.Delivery.Release("w", 2))
		})},
		{"claim", claim},
		{"follow-up", change(delivery, func(c *callbacks.Case) error {
			c.Delivery.FollowUp = &callbacks.FollowUp{Last: 5}
			return c.Delivery.Release("w", 3)
		})},
		{"end noted", change(delivery, func(c *callbacks.Case) error {
			c.Delivery.FollowUp = &callbacks.FollowUp{Last: 6}
			return c.Record(entry, nil)
		})},
		{"retry", change(delivery, func(c *callbacks.Case) error {
			c.Delivery.DueAt = now.Add(time.Second)
			return c.Record(entry, nil)
		})},
	}
}
