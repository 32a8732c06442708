package floor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the desk's driver
)

// pragmas are the desk's pragmas that affect speed.
var pragmas = []string{"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "cache_size(-16384)", "temp_store(MEMORY)"}

const schema = `
	create table if not exists items (
		id integer primary key, callback_id text not null unique, title text not null, requester text not null,
		payload blob, state text not null, deadline integer not null, decision blob
	) strict;
	create index if not exists items_by_deadline on items (state, deadline, id);
	create table if not exists outbox (item integer primary key, callback_id text not null, body blob not null) strict`

// readers is the desk's number of reading connections on a small machine.
const readers = 4

const insertText = `insert into items (callback_id, title, requester, payload, state, deadline) values (?, ?, ?, ?, 'pending', ?)`

// item is a request as it arrives. Fields that the floor does not store are not read.
type item struct {
	CallbackID string          `json:"callbackId"`
	Title      string          `json:"title"`
	Requester  string          `json:"requester"`
	Payload    json.RawMessage `json:"payload"`
	Timeout    int64           `json:"timeoutSeconds"`
}

func (i item) args() []any {
	return []any{i.CallbackID, i.Title, i.Requester, []byte(i.Payload), time.Now().Unix() + i.Timeout}
}

// database is a SQLite file with one connection that writes and a few that read.
type database struct {
	writing, reading *sql.DB
	inserting        *sql.Stmt // on writing
}

// open opens the file and adds rows until it has the given number.
func open(ctx context.Context, file string, rows int) (*database, error) {
	address := "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}.Encode()
	writing, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	writing.SetMaxOpenConns(1)
	reading, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)
	db := &database{writing: writing, reading: reading}
	if err := db.prepare(ctx, rows); err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

func (db *database) prepare(ctx context.Context, rows int) (err error) {
	if _, err = db.writing.ExecContext(ctx, schema); err != nil {
		return err
	}
	if db.inserting, err = db.writing.PrepareContext(ctx, insertText); err != nil {
		return err
	}
	return db.transact(ctx, func(tx *sql.Tx) error {
		insert := tx.StmtContext(ctx, db.inserting) //nolint:sqlclosecheck // it ends with the transaction
		for n := range rows {
			filler := item{
				CallbackID: fmt.Sprintf("filler-%d", n), Title: fmt.Sprintf("Expense report EXP-%d over the limit", n),
				Requester: "Ines Calloway", Payload: json.RawMessage(`{}`), Timeout: int64(3600 + n),
			}
			if _, err := insert.ExecContext(ctx, filler.args()...); err != nil {
				return err
			}
		}
		return nil
	})
}

// transact runs fn in a transaction on the one connection that writes.
func (db *database) transact(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := db.writing.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// insert adds an item in a transaction of its own.
func (db *database) insert(ctx context.Context, i item) error {
	_, err := db.inserting.ExecContext(ctx, i.args()...)
	return err
}

// the file will be thrown away
func (db *database) close() { _ = errors.Join(db.writing.Close(), db.reading.Close()) }
