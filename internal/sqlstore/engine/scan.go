package engine

import (
	"context"
	"strings"
	"time"
)

// Scan reads rows into the places of their columns. It closes found.
func Scan[T any](found Rows, places func(*T) []any) (all []T, err error) {
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

// Read reads every row of a statement outside transactions.
func Read[T any](ctx context.Context, e Engine, places func(*T) []any, text string, args ...any) ([]T, error) {
	found, err := e.Read(ctx, e.Dialect().Statement(text), args)
	if err != nil {
		return nil, e.Unavailable(err)
	}
	all, err := Scan(found, places)
	return all, e.Unavailable(err)
}

// Query reads every row of a statement in a transaction.
func Query[T any](ctx context.Context, e Engine, on Statements, places func(*T) []any, text string, args ...any) ([]T, error) {
	found, err := on.Query(ctx, e.Dialect().Statement(text), args)
	if err != nil {
		return nil, e.Unavailable(err)
	}
	all, err := Scan(found, places)
	return all, e.Unavailable(err)
}

// Later runs a statement in a transaction whose result nobody needs.
func Later(ctx context.Context, e Engine, on Statements, text string, args ...any) error {
	return e.Unavailable(on.Later(ctx, e.Dialect().Statement(text), args))
}

// Millis converts a time for a column. The zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMillis converts the time in a column, in UTC.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Storable replaces what a text column of PostgreSQL refuses: NUL, and bytes that are not UTF-8.
func Storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}
