package notices

import (
	"context"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/sqlstore/engine"
)

// Store is the part of a database that notices use. It may be used by any number of goroutines.
type Store struct {
	engine engine.Engine
	record Record
}

// Record writes an audit entry in a transaction, unless its action is empty.
type Record func(ctx context.Context, on engine.Statements, e callbacks.AuditEntry) error

var (
	_ notice.Store       = (*Store)(nil)
	_ notice.Preferences = (*Store)(nil)
)

// New returns the part of an open database.
func New(e engine.Engine, record Record) *Store { return &Store{e, record} }

// tx is one transaction.
type tx struct {
	on     engine.Statements
	engine engine.Engine
}

// transact runs a transaction for which nobody waits.
func (s *Store) transact(ctx context.Context, fn func(context.Context, *tx) error) error {
	return s.engine.Transact(ctx, engine.Behind, func(ctx context.Context, on engine.Statements) error {
		return fn(ctx, &tx{on, s.engine})
	})
}

// later runs a statement whose result nobody needs.
func (t *tx) later(ctx context.Context, text string, args ...any) error {
	return engine.Later(ctx, t.engine, t.on, text, args...)
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	result, err := t.on.Exec(ctx, t.engine.Dialect().Statement(text), args)
	if err != nil {
		return 0, t.engine.Unavailable(err)
	}
	n, err := result.RowsAffected()
	return n, t.engine.Unavailable(err)
}

// rows reads every row of a statement in a transaction.
func rows[T any](ctx context.Context, t *tx, places func(*T) []any, text string, args ...any) ([]T, error) {
	return engine.Query(ctx, t.engine, t.on, places, text, args...)
}

// read reads every row of a statement outside transactions.
func read[T any](ctx context.Context, s *Store, places func(*T) []any, text string, args ...any) ([]T, error) {
	return engine.Read(ctx, s.engine, places, text, args...)
}

// list is a list of n places for arguments.
func list(n int) string { return "(?" + strings.Repeat(", ?", n-1) + ")" }

func millis(t time.Time) int64 { return engine.Millis(t) }

func fromMillis(ms int64) time.Time { return engine.FromMillis(ms) }

func storable(s string) string { return engine.Storable(s) }
