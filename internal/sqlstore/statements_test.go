package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/sqlstore/engine"
)

// Costs is how many statements each transaction in the life of a callback runs, and how many round
// trips it takes on PostgreSQL, with those for "begin" and "commit". Raise one only with a reason.
var Costs = map[string]Cost{
	"announcement":    {5, 2},
	"announced again": {4, 5}, // new callbacks are many more, and save what this looks for
	"review opened":   {6, 4},
	"review renewed":  {5, 4},
	"heartbeat":       {2, 2},
	"decision":        {7, 2}, // two of them write the record

	"signature that waits":   {4, 2},
	"last of two signatures": {8, 3},

	"accepted":  {5, 2},
	"claim":     {2, 3},
	"receipt":   {4, 2},
	"follow-up": {3, 2},
	"end noted": {4, 2},
	"retry":     {4, 2},
}

// Cost is what one transaction costs.
type Cost struct{ Statements, Trips int }

// TestStatementCounts holds how many statements the transactions of a callback's life run.
func TestStatementCounts(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	n := 0
	run := s.run
	s.run = func(ctx context.Context, rank engine.Rank, fn func(context.Context, *tx) error) error {
		return run(ctx, rank, func(ctx context.Context, t *tx) error {
			counted := *t
			counted.statements = countedStatements{t.statements, &n}
			return fn(ctx, &counted)
		})
	}
	for _, told := range []bool{false, true} {
		s.Tell(told)
		for _, step := range Life(t, s, fmt.Sprint("m", told)) {
			n = 0
			if err := step.Do(); err != nil {
				t.Fatalf("%s: %v", step.Name, err)
			}
			want := Costs[step.Name].Statements
			if told && slices.Contains(toldSteps, step.Name) {
				want++
			}
			if n != want {
				t.Errorf("%s: %d statements, want %d, with messages %t", step.Name, n, want, told)
			}
		}
	}
}

// toldSteps are the steps that messages may have to say: each runs one statement more if any are
// sent. Every step of the test has the audit entry of an arrival.
var toldSteps = []string{
	"announcement", "review opened", "decision", "signature that waits", "last of two signatures", "accepted", "receipt",
	"end noted", "retry",
}

type countedStatements struct {
	engine.Statements
	n *int
}

func (s countedStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	*s.n++
	return s.Statements.Exec(ctx, text, args)
}

func (s countedStatements) Query(ctx context.Context, text string, args []any) (engine.Rows, error) {
	*s.n++
	return s.Statements.Query(ctx, text, args)
}

func (s countedStatements) Later(ctx context.Context, text string, args []any) error {
	*s.n++
	return s.Statements.Later(ctx, text, args)
}

// Step is a transaction in the life of a callback.
type Step struct {
	Name string
	Do   func() error
}

// Life is what happens to a callback that is announced with a message, reviewed, decided and
// followed.
func Life(t *testing.T, s *Store, message string) []Step {
	now := callbackstest.T0
	c := callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, now))
	entry := callbackstest.Entry(c, callbacks.ActionReceived, now)
	receive := func() error {
		m := callbacks.Message{Source: "shop", ID: message, At: now}
		_, err := s.Receive(t.Context(), m, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry)
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
	decide := func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", now)(&c.Callback)
		c.Signatures = append(c.Signatures, signedBy("ada"))
		c.Delivery = &callbacks.Delivery{
			Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now, Tries: 1, Lease: lease,
		}
		c.Delivery.Begin(&c.Callback, now)
		return c.Record(entry, nil)
	}
	nothing, reviews, delivery := callbacks.Parts{}, callbacks.Parts{Reviews: true}, callbacks.Parts{Delivery: true}
	return append([]Step{
		{"announcement", receive},
		{"announced again", receive},
		{"review opened", change(reviews, func(c *callbacks.Case) error {
			c.Bookkeeping, c.HeldUntil = true, now.Add(time.Minute)
			c.Reviews = append(c.Reviews, callbacks.Review{
				ID: callbacks.ID("r" + message), Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now,
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
		{"decision", change(callbacks.Parts{Signatures: true}, decide)},
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
	}, signing(t, s, message+"-2", decide)...)
}

// signing is what happens to another callback, for which two people sign.
func signing(
	t *testing.T, s *Store, message string, decide func(*callbacks.Case) error,
) []Step {
	c := callbackstest.NewCallback()
	entry := callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0)
	sign := func(change func(*callbacks.Case) error) func() error {
		return func() error {
			_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, change)
			return err
		}
	}
	return []Step{
		{"announcement", func() error {
			m := callbacks.Message{Source: "shop", ID: message, At: callbackstest.T0}
			_, err := s.Receive(t.Context(), m, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry)
			return err
		}},
		{"signature that waits", sign(func(c *callbacks.Case) error {
			c.Signatures = append(c.Signatures, signedBy("bob"))
			c.WaitingSince = callbackstest.T0
			return c.Record(entry, nil)
		})},
		{"last of two signatures", sign(decide)},
	}
}

func signedBy(name string) callbacks.Signature {
	return callbacks.Signature{
		By: callbackstest.Person(name), Via: callbacks.ViaWeb, At: callbackstest.T0,
		Proposal: callbacks.Proposal{Outcome: "approve", Stance: callbacks.For},
	}
}

// readCounter counts the statements that read outside transactions.
type readCounter struct{ n int }

// BeforeQuery is for bun.
func (c *readCounter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	c.n++
	return ctx
}

// AfterQuery is for bun.
func (*readCounter) AfterQuery(context.Context, *bun.QueryEvent) {}

// TestStatementCounts_Pages holds how many statements a list and the page of a callback read. A list
// reads places, rows, who reviews them, and whose they are.
func TestStatementCounts_Pages(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := storetest.Put(t, s, callbackstest.NewCallback())
	now := func() time.Time { return callbackstest.T0 }
	service := desk.NewService(desk.ServiceConfig{Store: s, Now: now})
	admin := callbacks.Person{ID: "ada", Roles: callbacks.Roles{Admin: true}}
	reads := &readCounter{}
	s.db = s.db.WithQueryHook(reads)
	read := s.read
	s.read = func(ctx context.Context, text string, args []any) (engine.Rows, error) {
		reads.n++
		return read(ctx, text, args)
	}
	list := func() error {
		_, err := service.List(t.Context(), admin, desk.Filter{Scope: desk.ScopeAvailable})
		return err
	}
	page := func() error {
		_, err := service.Sheet(t.Context(), admin, c.ID)
		return err
	}
	for _, read := range []struct {
		name string
		do   func() error
		want int
	}{
		{"list", list, 4}, {"list read again", list, 0}, {"page of a callback", page, 5},
		{"another page of its function within a minute", page, 4},
	} {
		reads.n = 0
		if err := read.do(); err != nil {
			t.Fatalf("%s: %v", read.name, err)
		}
		if reads.n != read.want {
			t.Errorf("%s: %d statements, want %d", read.name, reads.n, read.want)
		}
	}
}

// CountTransactions counts the transactions of a store from now on.
func CountTransactions(s *Store) *int {
	n, run := new(int), s.run
	s.run = func(ctx context.Context, rank engine.Rank, fn func(context.Context, *tx) error) error {
		*n++
		return run(ctx, rank, fn)
	}
	return n
}
