package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the desk's driver
)

// copyPragmas make writing fast. If writing fails, the file is thrown away.
var copyPragmas = []string{"journal_mode(OFF)", "synchronous(OFF)", "cache_size(-524288)", "temp_store(MEMORY)", "locking_mode(EXCLUSIVE)"}

// copied says for each table which columns change when a row becomes another callback's; the other
// columns are copied. The n-th copy of callback num is num + n*step.
var copied = []struct {
	table   string
	from    string
	columns map[string]string
}{
	{"callbacks", "callbacks t where t.num <= :step", map[string]string{
		"num": "t.num + :n * :step", "id": "lower(hex(randomblob(13)))", "callback_hash": "randomblob(32)",
	}},
	{"contents", "contents t where t.callback <= :step", map[string]string{"callback": "t.callback + :n * :step"}},
	{"messages", "messages t where t.callback <= :step", map[string]string{"id": "t.id || '-' || :n", "callback": "t.callback + :n * :step"}},
	{"audit", "audit t join callbacks c on c.id = t.callback where c.num <= :step", map[string]string{
		"seq": "null", "callback": "(select id from callbacks where num = c.num + :n * :step)",
	}},
}

// copySearch adds the copies to the search. The words are not split as the store splits them, but
// there are as many.
const copySearch = `insert into search (rowid, words)
	select num, lower(title || ' ' || requester_name || ' ' || requester_email || ' ' || function || ' ' || name) from callbacks where num > :step`

// copyCallbacks makes the given number of copies of each callback of a database, with all rows that
// belong to it.
func copyCallbacks(ctx context.Context, file string, copies int) (err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+url.Values{"_pragma": copyPragmas}.Encode())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	indexes, err := dropIndexes(ctx, db)
	if err != nil {
		return err
	}
	var step int64
	if err := db.QueryRowContext(ctx, "select max(num) from callbacks").Scan(&step); err != nil {
		return err
	}
	if err := copyRows(ctx, db, step, copies); err != nil {
		return err
	}
	for _, text := range indexes { // built at the end, they are made far faster than row by row
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, "pragma journal_mode = wal")
	return err
}

func copyRows(ctx context.Context, db *sql.DB, step int64, copies int) error {
	for _, c := range copied {
		text, err := copyText(ctx, db, c.table, c.from, c.columns)
		if err != nil {
			return err
		}
		for n := 1; n <= copies; n++ {
			if _, err := db.ExecContext(ctx, text, sql.Named("n", n), sql.Named("step", step)); err != nil {
				return fmt.Errorf("copy %s: %w", c.table, err)
			}
		}
	}
	_, err := db.ExecContext(ctx, copySearch, sql.Named("step", step))
	return err
}

// copyText returns the statement that copies the rows of a table once.
func copyText(ctx context.Context, db *sql.DB, table, from string, changed map[string]string) (string, error) {
	names, err := texts(ctx, db, "select name from pragma_table_info(?)", table)
	if err != nil {
		return "", err
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = "t." + name
		if expression, ok := changed[name]; ok {
			values[i] = expression
		}
	}
	return "insert into " + table + " (" + strings.Join(names, ", ") + ") select " + strings.Join(values, ", ") + " from " + from, nil
}

// dropIndexes drops the indexes that are not constraints, and returns the statements that recreate
// them.
func dropIndexes(ctx context.Context, db *sql.DB) ([]string, error) {
	const made = "from sqlite_schema where type = 'index' and sql is not null and tbl_name in ('callbacks', 'audit', 'messages')"
	statements, err := texts(ctx, db, "select sql "+made)
	if err != nil {
		return nil, err
	}
	names, err := texts(ctx, db, "select name "+made)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "drop index "+name); err != nil {
			return nil, err
		}
	}
	return statements, nil
}

// texts reads the only column of a statement.
func texts(ctx context.Context, db *sql.DB, text string, args ...any) (all []string, err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
