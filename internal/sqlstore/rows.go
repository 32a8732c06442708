package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"strings"
)

// The intake and the decision run static statements: their rows name columns, values and the places
// to scan into. That is faster than to ask for them by reflection, as the other rows do.

// scanned is a row that is read by its own columns.
type scanned interface {
	columns() string
	places() []any
}

// insertText inserts one row.
func insertText(table, columns string) string {
	places := strings.Repeat(", ?", strings.Count(columns, ",")+1)[2:]
	return "insert into " + table + " (" + columns + ") values (" + places + ")"
}

// arguments are values as the drivers take them: no bytes are null, and text holds nothing that
// PostgreSQL refuses. It changes them in place.
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
	_, err := t.exec(ctx, text, arguments(values)...)
	return err
}

// changes are the columns to update, and their new values: indexes of the others are left alone.
type changes struct {
	columns []string
	values  []any
}

// changed notes a column that changes.
func changed[T comparable](c *changes, column string, was, is T) {
	if was != is {
		c.columns, c.values = append(c.columns, column+" = ?"), append(c.values, is)
	}
}

// bytes notes a column of bytes that changes.
func (c *changes) bytes(column string, was, is []byte) {
	if (was == nil) != (is == nil) || !bytes.Equal(was, is) {
		c.columns, c.values = append(c.columns, column+" = ?"), append(c.values, is)
	}
}

// apply updates the row of a table with a key, if anything changes.
func (t *tx) apply(ctx context.Context, table, key string, of int64, c changes) error {
	if len(c.columns) == 0 {
		return nil
	}
	text := "update " + table + " set " + strings.Join(c.columns, ", ") + " where " + key + " = ?"
	_, err := t.exec(ctx, text, append(arguments(c.values), of)...)
	return err
}

// scan reads the rows of a statement into their own places. It closes found.
func scan[T any](found *sql.Rows, places func(*T) []any) (all []T, err error) {
	defer func() { _ = found.Close() }() // its error is that of Err
	for found.Next() {
		var one T
		if err := found.Scan(places(&one)...); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, found.Err()
}

// placesOf says where the columns of T go, and which they are where T is a row; places is nil where
// that is left to bun.
func placesOf[T any]() (columns string, places func(*T) []any) {
	switch row := any(new(T)).(type) {
	case *int64, *string:
		return "", func(v *T) []any { return []any{v} }
	case scanned:
		return row.columns(), func(r *T) []any { return any(r).(scanned).places() }
	}
	return "", nil
}
