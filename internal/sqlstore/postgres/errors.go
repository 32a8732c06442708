package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"countersign/internal/callbacks"
)

// unavailable marks an error of the driver that is not an answer to the statement: the connection is gone, the disk is
// full, the context ended. Answers, such as a constraint or a missing row, stay as they are.
func unavailable(err error) error {
	if err == nil || answered(err) || errors.Is(err, callbacks.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", absence(err), err)
}

// absence is which of the three it is: a database that does not answer, one without room, or one that takes no writes.
func absence(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return callbacks.ErrNoRoom
		case sqlite3.SQLITE_READONLY:
			return callbacks.ErrReadOnly
		}
	}
	switch sqlState(err) {
	case "53100": // disk_full
		return callbacks.ErrNoRoom
	case "25006": // read_only_sql_transaction
		return callbacks.ErrReadOnly
	}
	return callbacks.ErrUnavailable
}

// answered reports whether the database worked on the statement and refused it for what it says.
func answered(err error) bool {
	if errors.Is(err, sql.ErrNoRows) {
		return true
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the primary code
		case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
			return true
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code[:2] { // the class: data, constraint, syntax, and rollbacks that are tried again
		case "22", "23", "42", "40":
			return true
		}
	}
	return false
}

// violatesUnique reports whether a row was refused because one with its key exists.
func violatesUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505"
	}
	return false
}

// errAgain asks for the transaction to be run once more, because somebody else was faster.
var errAgain = errors.New("another transaction was faster")

// worthRetrying reports whether the same transaction can succeed when it is run again: serialisation failure or deadlock.
func worthRetrying(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return errors.Is(err, errAgain)
}

// missing turns "no rows" into [callbacks.ErrNotFound].
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return callbacks.ErrNotFound
	}
	return err
}
