// Package engine is what package sqlstore needs from a database. Packages sqlite and postgres are
// the two engines. A third one would be a package beside them, a line in sqlstore/databases.go and
// an address that config/database.go can read.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
)

// ErrAgain asks for a transaction to be run once more, because another one was faster.
var ErrAgain = errors.New("another transaction was faster")

// Database is a kind of database. A field is nil if the kind does not support it.
type Database struct {
	// Prefixes are the beginnings of its URLs.
	Prefixes []string
	// Migrations create its tables.
	Migrations Migrations
	// Open opens a database and brings its tables up to date.
	Open func(ctx context.Context, url string, how Opening) (Engine, error)
	// Examine looks at a database without changing anything.
	Examine func(ctx context.Context, url string, now func() time.Time) (doctor.Database, error)
	// Backup writes a copy to a new file. It is nil if the database has its own tools for that.
	Backup func(ctx context.Context, url, to string) error
	// Invalidations connects the processes on one database. It is nil if a database belongs to one
	// process.
	Invalidations func(url string, log *slog.Logger) (Invalidations, error)
}

// Opening says how to open a database.
type Opening struct {
	// Caution is called, before the tables are touched, with each thing that an operator should
	// know.
	Caution func(string)
	// Connections is how many connections to a server are tried before that. 0 means as many as a
	// process needs.
	Connections int
}

// Rank is the place of a transaction among those that wait.
type Rank int

// The ranks.
const (
	First  Rank = iota // somebody waits for it: a decision, an announcement
	Behind             // nobody waits for it; it is not kept waiting for ever
	Ranks              // how many there are
)

// Engine is an open database. It may be used by any number of goroutines.
type Engine interface {
	// DB reads outside transactions.
	DB() *bun.DB
	// Read runs a static text outside transactions that returns rows. Each connection prepares it
	// once.
	Read(ctx context.Context, text string, args []any) (Rows, error)
	// Dialect returns the SQL that is specific to the database.
	Dialect() *Dialect
	// Transact runs fn in a transaction and returns after its commit. It may run fn more than once.
	// Where transactions wait for each other, they go in the order of their ranks.
	Transact(ctx context.Context, rank Rank, fn func(context.Context, Statements) error) error
	// Ready checks that the database answers and takes writes. Its error says what is wrong.
	Ready(ctx context.Context) error
	// Unavailable wraps an error of the driver in [callbacks.ErrUnavailable] if it is not an answer
	// to the statement. It leaves other errors as they are.
	Unavailable(err error) error
	// Duplicate reports whether a row was refused because one with the same key exists.
	Duplicate(err error) bool
	// Close finishes the transactions that have begun and closes the database.
	Close() error
}

// Statements runs static texts in a transaction. Each text is prepared once.
type Statements interface {
	// Exec runs a statement without rows.
	Exec(ctx context.Context, text string, args []any) (sql.Result, error)
	// Query runs a statement that returns rows. Close them before the next statement.
	Query(ctx context.Context, text string, args []any) (Rows, error)
	// Later runs a statement whose result nobody needs: at once, or together with those that
	// follow, at the latest with the commit. If it fails, so does the transaction, but the error
	// may be returned by a later statement or by the commit.
	Later(ctx context.Context, text string, args []any) error
}

// Rows are the rows of a statement, as [sql.Rows] returns them.
type Rows interface {
	Next() bool
	Scan(places ...any) error
	Err() error
	Close() error
}

// Invalidations passes invalidations and ended sessions between the processes on one database.
// If one is lost, pages only refresh later.
type Invalidations interface {
	callbacks.Invalidator
	// SessionEnded tells the other processes that a session has ended. If that is lost, its streams
	// find out by themselves.
	SessionEnded(id callbacks.ID)
	// RightsChanged tells the other processes that a person, by their key, may see something else. If
	// that is lost, their pages find out by themselves.
	RightsChanged(person string)
	// Run receives what the other processes send, and calls deliver, until ctx ends.
	Run(ctx context.Context, deliver Deliver)
}

// Deliver has the functions that [Invalidations] call. All of them must be quick.
type Deliver struct {
	// called for each invalidation of another replica, not for our own
	Changed       func(callbacks.Invalidation)
	SessionEnded  func(callbacks.ID)  // called for each session that ended at another replica
	RightsChanged func(person string) // called for each person whose rights changed at another replica
	// Missed is called whenever messages may have been lost: after each connection, including the
	// first.
	Missed func()
}
