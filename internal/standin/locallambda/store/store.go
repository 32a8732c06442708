// Package store keeps executions in a SQLite file. Of each record it knows only the key.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// Store is the file. The engine works on its state in memory; it writes the file with every change
// and reads it once, at the start.
type Store struct {
	db                                   *sql.DB
	putExecution, putOperation, putEvent *sql.Stmt
}

// schema keeps records as JSON. SQL never looks inside them, so a new or removed field needs no
// migration.
const schema = `
create table if not exists executions (
	number integer primary key,
	record text not null
) strict;
create table if not exists operations (
	execution integer not null,
	id        text not null,
	record    text not null,
	unique (execution, id)
) strict; -- rowids keep the order of start
create table if not exists events (
	execution integer not null,
	id        integer not null,
	record    text not null,
	primary key (execution, id)
) strict, without rowid;`

// Open opens or creates the file. With synchronous NORMAL and a write-ahead log, nothing is lost if
// this process is killed. Only a crash of the machine may lose the last changes, which is
// acceptable here. The log is copied to the file after 16 MiB, since most changes write the same
// pages. The exclusive lock keeps a second engine away; the system releases it when a
// process dies.
func Open(path string) (*Store, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=locking_mode(EXCLUSIVE)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(4096)&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // the engine's lock allows only one at a time
	if _, err := db.ExecContext(context.Background(), schema); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	s := &Store{db: db}
	for text, to := range map[string]**sql.Stmt{
		putExecution: &s.putExecution, putOperation: &s.putOperation, putEvent: &s.putEvent,
	} {
		if *to, err = db.PrepareContext(context.Background(), text); err != nil { //nolint:sqlclosecheck // Close closes it
			return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
		}
	}
	return s, nil
}

// The statements that save. Each is prepared once.
const (
	putExecution = `insert into executions (number, record) values (?, ?)
		on conflict do update set record = excluded.record`
	putOperation = `insert into operations (execution, id, record) values (?, ?, ?)
		on conflict do update set record = excluded.record`
	putEvent = `insert into events (execution, id, record) values (?, ?, ?)`
)

// Close closes the file.
func (s *Store) Close() error {
	for _, statement := range []*sql.Stmt{s.putExecution, s.putOperation, s.putEvent} {
		_ = statement.Close() // closing the file ends what is left
	}
	return s.db.Close()
}

// Change is what has changed of an execution.
type Change struct {
	ARN    string // for errors
	Number int64
	Gone   bool // delete the execution; the fields below are ignored

	Execution  any   // the record of the execution itself
	Operations []Row // new or changed
	Events     []Row // that are new
}

// Row is the record of an operation or an event under its ID.
type Row struct{ ID, Record any }

// Write saves all changes or none. It ignores the contexts of callers: what has happened in memory
// has to be saved, whatever became of the request that caused it.
func (s *Store) Write(changes []Change) error {
	tx, err := s.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, c := range changes {
		write := s.put
		if c.Gone {
			write = remove
		}
		if err := write(tx, c); err != nil {
			return fmt.Errorf("save %s: %w", c.ARN, err)
		}
	}
	return tx.Commit()
}

// put saves an execution's own record, its changed operations and its new events. It never saves
// the whole history, so that the cost of a change does not grow with the age of the execution.
func (s *Store) put(tx *sql.Tx, c Change) error {
	if err := putRecord(tx, s.putExecution, c.Execution, c.Number); err != nil {
		return err
	}
	for _, op := range c.Operations {
		if err := putRecord(tx, s.putOperation, op.Record, c.Number, op.ID); err != nil {
			return err
		}
	}
	for _, ev := range c.Events {
		if err := putRecord(tx, s.putEvent, ev.Record, c.Number, ev.ID); err != nil {
			return err
		}
	}
	return nil
}

// putRecord runs a statement whose last parameter is a record as JSON.
func putRecord(tx *sql.Tx, statement *sql.Stmt, record any, key ...any) error {
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	ctx := context.Background()
	own := tx.StmtContext(ctx, statement) //nolint:sqlclosecheck // the commit closes it
	_, err = own.ExecContext(ctx, append(key, string(text))...)
	return err
}

// remove deletes an execution with all its records.
func remove(tx *sql.Tx, c Change) error {
	for _, statement := range []string{
		`delete from events where execution = ?`,
		`delete from operations where execution = ?`,
		`delete from executions where number = ?`,
	} {
		if _, err := tx.ExecContext(context.Background(), statement, c.Number); err != nil {
			return err
		}
	}
	return nil
}

// Executions reads the record of every execution.
func (s *Store) Executions(each func(number int64, record []byte) error) error {
	return s.scan(`select number, record from executions`, each)
}

// Operations reads the record of every operation, in order of start.
func (s *Store) Operations(each func(number int64, record []byte) error) error {
	return s.scan(`select execution, record from operations order by rowid`, each)
}

// Events reads the record of every event, in order within an execution.
func (s *Store) Events(each func(number int64, record []byte) error) error {
	return s.scan(`select execution, record from events order by execution, id`, each)
}

// scan calls each for every row in order, with the number of the execution and the record.
func (s *Store) scan(statement string, each func(number int64, record []byte) error) error {
	rows, err := s.db.QueryContext(context.Background(), statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var record []byte
		if err := rows.Scan(&number, &record); err != nil {
			return err
		}
		if err := each(number, record); err != nil {
			return fmt.Errorf("execution number %d: %w", number, err)
		}
	}
	return rows.Err()
}
