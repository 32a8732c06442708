package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"reflect"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/sqlstore/engine"
)

// The intake and the decision run static statements. Their rows list columns, values and the places
// to scan into by hand, which is faster than the reflection that the other rows use.

// scanned is a row that lists its own columns.
type scanned interface {
	columns() string
	places() []any
}

// insertText returns the statement that inserts one row.
func insertText(table, columns string) string {
	places := strings.Repeat(", ?", strings.Count(columns, ",")+1)[2:]
	return "insert into " + table + " (" + columns + ") values (" + places + ")"
}

// arguments converts values for the drivers: nil bytes become null, and text loses what PostgreSQL
// refuses. It changes them in place.
func arguments(values []any) []any {
	for i, v := range values {
		switch v := v.(type) {
		case string:
			values[i] = storable(v)
		case []byte:
			if v == nil {
				values[i] = nil
			}
		}
	}
	return values
}

// add inserts a row.
func (t *tx) add(ctx context.Context, text string, values []any) error {
	return t.later(ctx, text, arguments(values)...)
}

// addNumbered inserts a row and returns the number that the database gave it in a column. It returns
// [sql.ErrNoRows] if a row is there already and the statement does nothing on a conflict.
func (t *tx) addNumbered(
	ctx context.Context, text, column string, values []any,
) (int64, error) {
	if !t.dialect.NumbersInserted {
		return row[int64](ctx, t, text+" returning "+column, arguments(values)...)
	}
	result, err := t.statements.Exec(ctx, t.dialect.Statement(text), arguments(values))
	if err != nil {
		return 0, t.engine.Unavailable(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return 0, cmp.Or(t.engine.Unavailable(err), sql.ErrNoRows)
	}
	return result.LastInsertId()
}

// changes are the columns to update, with their new values. Indexes of other columns stay
// untouched.
type changes struct {
	columns []string
	values  []any
}

// changed notes a column if its value changes.
func changed[T comparable](c *changes, column string, was, is T) {
	if was != is {
		c.columns, c.values = append(c.columns, column+" = ?"), append(c.values, is)
	}
}

// bytes notes a column of bytes if its value changes.
func (c *changes) bytes(column string, was, is []byte) {
	if (was == nil) != (is == nil) || !bytes.Equal(was, is) {
		c.columns, c.values = append(c.columns, column+" = ?"), append(c.values, is)
	}
}

// apply updates the row with a key in a table, if anything changes.
func (t *tx) apply(ctx context.Context, table, key string, of int64, c changes) error {
	if len(c.columns) == 0 {
		return nil
	}
	text := "update " + table + " set " + strings.Join(c.columns, ", ") + " where " + key + " = ?"
	return t.later(ctx, text, append(arguments(c.values), of)...)
}

// scan reads the rows of a statement into the places of their columns. It closes found.
func scan[T any](found engine.Rows, places func(*T) []any) (all []T, err error) {
	defer func() { _ = found.Close() }() // Err returns the same error
	for found.Next() {
		var one T
		if err := found.Scan(places(&one)...); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, found.Err()
}

// placesOf returns where the columns of T are scanned to and, if T is a struct, what the columns
// are: a row's own lists, or else the fields of its table.
func placesOf[T any](db *bun.DB) (columns string, places func(*T) []any) {
	switch row := any(new(T)).(type) {
	case *int64, *string, *[]byte:
		return "", func(v *T) []any { return []any{v} }
	case scanned:
		return row.columns(), func(r *T) []any { return any(r).(scanned).places() }
	}
	fields := db.Table(reflect.TypeFor[T]()).Fields
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", "), func(r *T) []any {
		value, all := reflect.ValueOf(r).Elem(), make([]any, len(fields))
		for i, f := range fields {
			all[i] = f.Value(value).Addr().Interface()
		}
		return all
	}
}

// noDeadline stands for "never" in the column deadline, so that callbacks that never end by
// themselves sort last. It is [desk.Never].
const noDeadline = 253402300799999

// millis converts a time for a column. The zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis converts the time in a column, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// seconds converts a duration for a column. It rounds up to whole seconds, because rounding down
// would turn a short clock into none.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
