// Package engine is what the statements of package sqlstore ask of a database. Packages sqlite and
// postgres are the two engines that there are; a third one is a package beside them and a line in
// sqlstore/databases.go.
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

// ErrAgain asks for a transaction to be run once more, because somebody else was faster.
var ErrAgain = errors.New("another transaction was faster")

// Database is a kind of database. What only some kinds can do is nil for the others.
type Database struct {
	// Prefixes are the beginnings of its URLs.
	Prefixes []string
	// Migrations make its tables.
	Migrations Migrations
	// Open opens a database and brings its tables up to date.
	Open func(ctx context.Context, url string, how Opening) (Engine, error)
	// Examine looks at a database without changing anything.
	Examine func(ctx context.Context, url string, now func() time.Time) (doctor.Database, error)
	// Backup writes a copy to a new file. It is nil where the database has tools of its own.
	Backup func(ctx context.Context, url, to string) error
	// Notices connects the processes on one database. It is nil where a database belongs to one
	// process.
	Notices func(url string, log *slog.Logger) (Notices, error)
}

// Opening is how a database is opened.
type Opening struct {
	// Caution is told of what an operator should know, before the tables are touched.
	Caution func(string)
	// Connections are how many are tried before that, of a server; 0 for as many as a process
	// needs.
	Connections int
}

// Engine is an open database. It may be used by any number of goroutines.
type Engine interface {
	// DB reads outside of transactions.
	DB() *bun.DB
	// Dialect is how the database wants its SQL.
	Dialect() *Dialect
	// Transact runs fn in a transaction and returns after its commit. It may run fn more than once.
	Transact(ctx context.Context, fn func(context.Context, Statements) error) error
	// Ready checks that the database answers and takes writes. Its error says what is wrong.
	Ready(ctx context.Context) error
	// Unavailable marks an error of the driver that is no answer to the statement by
	// [callbacks.ErrUnavailable], and leaves others as they are.
	Unavailable(err error) error
	// Duplicate reports whether a row was refused because one with its key exists.
	Duplicate(err error) bool
	// Close finishes the transactions that were begun and closes the database.
	Close() error
}

// Statements runs static texts in a transaction. They are prepared once.
type Statements interface {
	Exec(ctx context.Context, text string, args []any) (sql.Result, error)
	Query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// Notices passes notices between the processes on one database. Nothing depends on their arrival
// but how soon a page looks again.
type Notices interface {
	callbacks.Notifier
	// SessionEnded tells the others that a session is over. Where that is lost, their streams find
	// out by themselves.
	SessionEnded(id callbacks.ID)
	// Run passes on what the others tell, until ctx ends.
	Run(ctx context.Context, deliver Deliver)
}

// Deliver is what [Notices] call. All of it must be quick.
type Deliver struct {
	Changed      func(callbacks.Notice) // for each notice of another replica, not for our own
	SessionEnded func(callbacks.ID)     // for each session that ended at another replica
	// Missed is called whenever some may have been lost: after each connection, the first too.
	Missed func()
}
