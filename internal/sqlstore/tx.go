package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

// tx is one transaction. Its statements are static texts with a ? for each argument.
type tx struct {
	statements engine.Statements
	engine     engine.Engine
	db         *bun.DB // knows the tables
	dialect    *engine.Dialect
	tells      bool // whether changes are noted for messages
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	result, err := t.statements.Exec(ctx, t.dialect.Statement(text), args)
	if err != nil {
		return 0, t.engine.Unavailable(err)
	}
	n, err := result.RowsAffected()
	return n, t.engine.Unavailable(err)
}

// later runs a statement at the latest with the commit. Use it for each statement whose result
// nobody needs: on PostgreSQL it saves a round trip.
func (t *tx) later(ctx context.Context, text string, args ...any) error {
	return t.engine.Unavailable(t.statements.Later(ctx, t.dialect.Statement(text), args))
}

// rows reads every row of a statement, as structs by column name or as single values. In "select *"
// and "returning *" the star stands for the columns of T.
func rows[T any](ctx context.Context, t *tx, text string, args ...any) ([]T, error) {
	all, err := query[T](ctx, t.db, t.dialect, t.statements.Query, text, args)
	return all, t.engine.Unavailable(err)
}

// query is rows on anything that runs statements.
func query[T any](
	ctx context.Context, db *bun.DB, d *engine.Dialect,
	run func(context.Context, string, []any) (engine.Rows, error), text string, args []any,
) ([]T, error) {
	columns, places := placesOf[T](db)
	if columns != "" {
		text = named(text, columns)
	}
	found, err := run(ctx, d.Statement(text), args)
	if err != nil {
		return nil, err
	}
	return scan(found, places)
}

// readRow is row outside a transaction, for what every request reads: the statement is prepared,
// which costs less than to parse it anew.
func readRow[T any](ctx context.Context, s *Store, text string, args ...any) (T, error) {
	all, err := query[T](ctx, s.db, s.dialect, s.read, text, args)
	if err == nil && len(all) > 0 {
		return all[0], nil
	}
	var none T
	if err == nil {
		return none, sql.ErrNoRows
	}
	return none, s.unavailable(err)
}

// named replaces * with columns.
func named(text, columns string) string {
	for _, before := range []string{"select ", "returning "} {
		text = strings.ReplaceAll(text, before+"*", before+columns)
	}
	return text
}

// row reads the one row of a statement, or returns sql.ErrNoRows.
func row[T any](ctx context.Context, t *tx, text string, args ...any) (T, error) {
	all, err := rows[T](ctx, t, text, args...)
	if err != nil || len(all) == 0 {
		var none T
		if err == nil {
			err = sql.ErrNoRows
		}
		return none, err
	}
	return all[0], nil
}

// insertion returns the statement and the arguments that insert a row. row is a pointer to one of
// the structs in this package. Columns that the database numbers by itself are left out.
func (t *tx) insertion(row any) (string, []any) {
	table, value := t.table(row)
	args := make([]any, 0, len(table.Fields))
	for _, f := range table.Fields {
		if !f.AutoIncrement {
			args = append(args, argument(f.Value(value)))
		}
	}
	text, ok := insertions.Load(table)
	if !ok {
		text, _ = insertions.LoadOrStore(table, insertionText(table))
	}
	return text.(string), args
}

// insertions caches the texts of insertion by *schema.Table: there are few of them, and every row
// needs one.
var insertions sync.Map

func insertionText(table *schema.Table) string {
	var columns []string
	for _, f := range table.Fields {
		if !f.AutoIncrement {
			columns = append(columns, f.Name)
		}
	}
	places := strings.Repeat(", ?", len(columns))[2:]
	return "insert into " + table.Name + " (" + strings.Join(columns, ", ") + ") values (" + places + ")"
}

// insert adds a row.
func (t *tx) insert(ctx context.Context, row any) error {
	text, args := t.insertion(row)
	return t.later(ctx, text, args...)
}

// update writes the columns in which two versions of a row differ, so that indexes of other columns
// stay untouched.
func (t *tx) update(ctx context.Context, before, after any) error {
	table, old := t.table(before)
	_, now := t.table(after)
	var columns, keys []string
	var args, keyArgs []any
	for _, f := range table.Fields {
		was, is := argument(f.Value(old)), argument(f.Value(now))
		switch {
		case f.IsPK:
			keys, keyArgs = append(keys, f.Name+" = ?"), append(keyArgs, was)
		case !reflect.DeepEqual(was, is):
			columns, args = append(columns, f.Name+" = ?"), append(args, is)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	text := "update " + table.Name + " set " + strings.Join(columns, ", ") + " where " + strings.Join(keys, " and ")
	return t.later(ctx, text, append(args, keyArgs...)...)
}

func (t *tx) table(row any) (*schema.Table, reflect.Value) {
	value := reflect.ValueOf(row).Elem()
	return t.db.Table(value.Type()), value
}

// argument converts a field for the drivers: nil bytes become null, and text loses what PostgreSQL
// refuses.
func argument(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case []byte:
		if value == nil {
			return nil
		}
		return value
	case string:
		return storable(value)
	default:
		return value
	}
}

// storable is the short name of [engine.Storable] in the statements of this package.
func storable(s string) string { return engine.Storable(s) }

// missing turns "no rows" into [callbacks.ErrNotFound].
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return callbacks.ErrNotFound
	}
	return err
}
