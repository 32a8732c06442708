// Package copies makes a database of the desk large: it copies the callbacks in it, with all rows
// that belong to them, which is far faster than to announce and to decide as many.
package copies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the desk's driver
)

// pragmas make writing fast. If writing fails, the file is thrown away.
var pragmas = []string{"journal_mode(OFF)", "synchronous(OFF)", "cache_size(-524288)", "temp_store(MEMORY)", "locking_mode(EXCLUSIVE)"}

// table says which columns change when a row becomes another callback's; the other columns are
// copied. The n-th copy of callback num is num + n*step.
type table struct {
	name    string
	from    string
	columns map[string]string
}

const ownNumber = "t.callback + :n * :step"

// tables are those that have rows of callbacks of any state.
var tables = []table{
	{"callbacks", "callbacks t where t.num <= :step", map[string]string{
		"num": "t.num + :n * :step", "id": "lower(hex(randomblob(13)))", "callback_hash": "randomblob(32)",
	}},
	{"contents", "contents t where t.callback <= :step", map[string]string{"callback": ownNumber}},
	{"messages", "messages t where t.callback <= :step", map[string]string{"id": "t.id || '-' || :n", "callback": ownNumber}},
	{"audit", "audit t join callbacks c on c.id = t.callback where c.num <= :step", map[string]string{
		"seq": "null", "callback": "(select id from callbacks where num = c.num + :n * :step)",
	}},
	// nothing is left to do for a copy
	{"deliveries", "deliveries t where t.callback <= :step", map[string]string{
		"callback": ownNumber, "due_at": "0", "claimable_at": "0", "lease_owner": "''",
	}},
	{"signatures", "signatures t where t.callback <= :step", map[string]string{"callback": ownNumber}},
}

// insertWords adds the copies to the search. The words are not split as the store splits them, but
// there are as many.
const insertWords = `insert into search (rowid, words)
	select num, lower(title || ' ' || requester_name || ' ' || requester_email || ' ' || function || ' ' || name) from callbacks where num > :step`

// Add makes the given number of copies of each callback in a file that nobody has open.
func Add(ctx context.Context, file string, copies int) (err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+url.Values{"_pragma": pragmas}.Encode())
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
	if err := addRows(ctx, db, step, copies); err != nil {
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

func addRows(ctx context.Context, db *sql.DB, step int64, copies int) error {
	for _, c := range tables {
		text, err := c.insertion(ctx, db)
		if err != nil {
			return err
		}
		for n := 1; n <= copies; n++ {
			if _, err := db.ExecContext(ctx, text, sql.Named("n", n), sql.Named("step", step)); err != nil {
				return fmt.Errorf("copy %s: %w", c.name, err)
			}
		}
	}
	_, err := db.ExecContext(ctx, insertWords, sql.Named("step", step))
	return err
}

// insertion returns the statement that copies the rows of a table once.
func (t table) insertion(ctx context.Context, db *sql.DB) (string, error) {
	names, err := texts(ctx, db, "select name from pragma_table_info(?)", t.name)
	if err != nil {
		return "", err
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = "t." + name
		if expression, ok := t.columns[name]; ok {
			values[i] = expression
		}
	}
	return "insert into " + t.name + " (" + strings.Join(names, ", ") + ") select " + strings.Join(values, ", ") + " from " + t.from, nil
}

// dropIndexes drops the indexes that are not constraints, and returns the statements that recreate
// them.
func dropIndexes(ctx context.Context, db *sql.DB) ([]string, error) {
	const made = "from sqlite_schema where type = 'index' and sql is not null and tbl_name in ('callbacks', 'audit', 'messages', 'deliveries')"
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
