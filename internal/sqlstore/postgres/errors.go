package postgres

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

// unavailable marks an error of the driver that is not an answer to the statement: the connection
// is gone, the disk is full, the context ended. It leaves answers, such as a constraint or a
// missing row, as they are.
func unavailable(err error) error {
	if err == nil || answered(err) || errors.Is(err, callbacks.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", absence(err), err)
}

// absence returns which of three errors it is: the database does not answer, has no room, or takes
// no writes.
func absence(err error) error {
	switch sqlState(err) {
	case "53100": // disk_full
		return callbacks.ErrNoRoom
	case "25006": // read_only_sql_transaction
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
	if state := sqlState(err); state != "" {
		// the classes: data, constraint, syntax, and rollbacks that are tried again
		switch state[:2] {
		case "22", "23", "42", "40":
			return true
		}
	}
	return false
}

// duplicate reports whether a row was refused because one with the same key exists.
func duplicate(err error) bool { return sqlState(err) == "23505" }

// worthRetrying reports whether the same transaction can succeed if it is run again: after a
// serialisation failure or a deadlock.
func worthRetrying(err error) bool {
	state := sqlState(err)
	return state == "40001" || state == "40P01" || errors.Is(err, engine.ErrAgain)
}

// sqlState returns PostgreSQL's code of an error. It is empty for other errors.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
