// Package sqlstore keeps callbacks and sessions in SQLite or PostgreSQL. It implements
// desk.Store, whose comments and test suite (package storetest) are the contract.
//
// This package has the statements and the rows, by aggregate; they are the same for both databases.
// What is specific to one database is in its engine, package sqlite or postgres, by the contract of
// package engine. The migrations define the tables and say what each column means.
//
// It knows no rules: it loads a case, has the domain change it, and writes what differs, in one
// transaction.
package sqlstore

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
	"countersign/internal/rollout"
	"countersign/internal/sqlstore/assignments"
	"countersign/internal/sqlstore/decisions"
	"countersign/internal/sqlstore/engine"
	"countersign/internal/sqlstore/notices"
	"countersign/internal/sqlstore/views"
	"countersign/internal/upkeep"
)

// Store is a desk.Store over a database. It may be used by any number of goroutines.
type Store struct {
	engine  engine.Engine
	dialect *engine.Dialect
	db      *bun.DB // reads
	// read runs a static text outside transactions
	read func(ctx context.Context, text string, args []any) (engine.Rows, error)
	// run runs fn in a transaction and returns after its commit. fn may be run more than once.
	run      func(ctx context.Context, rank engine.Rank, fn func(context.Context, *tx) error) error
	readings *readings // nil if other processes write too
	tallies  tallies
	tells    atomic.Bool
}

var (
	_ batch.Store              = (*Store)(nil)
	_ desk.Store               = (*Store)(nil)
	_ delegation.Store         = (*Store)(nil)
	_ delivery.Store           = (*Store)(nil)
	_ upkeep.Store             = (*Store)(nil)
	_ discovery.Store          = (*Store)(nil)
	_ discovery.WatchStore     = (*Store)(nil)
	_ discovery.ExecutionStore = (*Store)(nil)
	_ readquota.Store          = (*Store)(nil)
	_ rollout.Store            = (*Store)(nil)
)

func newStore(e engine.Engine) *Store {
	s := &Store{engine: e, dialect: e.Dialect(), db: e.DB(), read: e.Read}
	if !s.dialect.Shared {
		s.readings = &readings{}
	}
	s.run = func(ctx context.Context, rank engine.Rank, fn func(context.Context, *tx) error) error {
		defer s.readings.invalidate()
		return e.Transact(ctx, rank, func(ctx context.Context, on engine.Statements) error {
			return fn(ctx, &tx{statements: on, engine: e, db: s.db, dialect: s.dialect, tells: s.tells.Load()})
		})
	}
	return s
}

// transact runs a transaction that somebody waits for.
func (s *Store) transact(ctx context.Context, fn func(context.Context, *tx) error) error {
	return s.run(ctx, engine.First, fn)
}

// Tell says whether changes of callbacks are noted for messages, from the next transaction on.
func (s *Store) Tell(on bool) { s.tells.Store(on) }

// Notices returns the part of the database that messages use.
func (s *Store) Notices() *notices.Store {
	return notices.New(s.engine, func(ctx context.Context, on engine.Statements, e callbacks.AuditEntry) error {
		return (&tx{statements: on, engine: s.engine, db: s.db, dialect: s.dialect}).record(ctx, e)
	})
}

// Decisions returns the part of the database that the record of decisions uses.
func (s *Store) Decisions() *decisions.Store { return decisions.New(s.engine) }

// Views returns the part of the database that saved views use.
func (s *Store) Views() *views.Store { return views.New(s.engine, s.runStatements) }

// runStatements is transact for the parts of the database that know no tx.
func (s *Store) runStatements(ctx context.Context, fn func(context.Context, engine.Statements) error) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error { return fn(ctx, t.statements) })
}

// Assignments returns the part of the database that assignments use.
func (s *Store) Assignments() *assignments.Store {
	return assignments.New(s.engine, s.runStatements, func(ctx context.Context, on engine.Statements, num int64, e callbacks.AuditEntry) error {
		t := &tx{statements: on, engine: s.engine, db: s.db, dialect: s.dialect, tells: s.tells.Load()}
		if err := t.record(ctx, e); err != nil {
			return err
		}
		return t.noteChange(ctx, num, e)
	})
}

// Close finishes the transactions that have begun and closes the database. Later calls return
// [callbacks.ErrUnavailable].
func (s *Store) Close() error { return s.engine.Close() }

// Ping checks that the database answers and takes writes: a desk that can only read cannot decide.
// Its error says what is wrong.
func (s *Store) Ping(ctx context.Context) error { return s.engine.Ready(ctx) }

// unavailable marks an error of the driver that is not an answer to the statement.
func (s *Store) unavailable(err error) error { return s.engine.Unavailable(err) }
