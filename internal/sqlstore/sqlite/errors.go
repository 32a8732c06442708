package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"countersign/internal/callbacks"
)

// unavailable marks an error of the driver that is not an answer to the statement: the disk is
// full, the context ended. It leaves answers, such as a constraint or a missing row, as they are.
func unavailable(err error) error {
	if err == nil || answered(err) || errors.Is(err, callbacks.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", absence(err), err)
}

// absence returns which of three errors it is: the database does not answer, has no room, or takes
// no writes.
func absence(err error) error {
	switch code(err) & 0xff { // the primary code
	case sqlite3.SQLITE_FULL:
		return callbacks.ErrNoRoom
	case sqlite3.SQLITE_READONLY:
		return callbacks.ErrReadOnly
	}
	return callbacks.ErrUnavailable
}

// answered reports whether the database worked on the statement and refused it because of its
// content.
func answered(err error) bool {
	if errors.Is(err, sql.ErrNoRows) {
		return true
	}
	switch code(err) & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH,
		sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}

// duplicate reports whether a row was refused because one with the same key exists.
func duplicate(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// code returns SQLite's code of an error. It is 0 for other errors.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}
