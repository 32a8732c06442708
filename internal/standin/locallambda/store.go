package locallambda

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// store keeps executions in a SQLite file. The engine works on what it has in memory; the file is written with every change
// and read once, by Open.
type store struct{ db *sql.DB }

// schema keeps records as JSON: SQL never looks inside, and a field more or less needs no migration.
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

// openStore opens or creates the file. Synchronous NORMAL with a write-ahead log loses nothing when this process is killed;
// only a crash of the machine may lose the last changes, which is enough for what this engine is for. The exclusive lock
// keeps a second engine away; the system releases it when a process dies.
func openStore(path string) (*store, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // the engine's lock makes more of them useless
	if _, err := db.ExecContext(context.Background(), schema); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}

func (s *store) close() error { return s.db.Close() }

// write saves what changed of the executions, all or nothing. It listens to no caller's context: what has happened in memory
// has to be saved, whatever became of the request that made it happen.
func (s *store) write(changed []*execution) error {
	tx, err := s.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, x := range changed {
		write := writeExecution
		if x.forgotten {
			write = deleteExecution
		}
		if err := write(tx, x); err != nil {
			return fmt.Errorf("save %s: %w", x.arn, err)
		}
	}
	return tx.Commit()
}

// writeExecution saves an execution's own record, its changed operations and its new events: never the whole history, so that
// the cost of a change does not grow with the age of the execution.
func writeExecution(tx *sql.Tx, x *execution) error {
	const (
		putExecution = `insert into executions (number, record) values (?, ?) on conflict do update set record = excluded.record`
		putOperation = `insert into operations (execution, id, record) values (?, ?, ?) on conflict do update set record = excluded.record`
		putEvent     = `insert into events (execution, id, record) values (?, ?, ?)`
	)
	if err := put(tx, putExecution, x.toRecord(), x.number); err != nil {
		return err
	}
	for _, op := range x.unsavedOperations {
		if err := put(tx, putOperation, op.toRecord(), x.number, op.id); err != nil {
			return err
		}
	}
	for _, ev := range x.events[x.savedEvents:] {
		record, err := ev.toRecord()
		if err != nil {
			return err
		}
		if err := put(tx, putEvent, record, x.number, ev.id); err != nil {
			return err
		}
	}
	return nil
}

// put runs a statement whose last parameter is a record as JSON.
func put(tx *sql.Tx, statement string, record any, key ...any) error {
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(context.Background(), statement, append(key, string(text))...)
	return err
}

// deleteExecution removes an execution whose retention period is over.
func deleteExecution(tx *sql.Tx, x *execution) error {
	for _, statement := range []string{
		`delete from events where execution = ?`,
		`delete from operations where execution = ?`,
		`delete from executions where number = ?`,
	} {
		if _, err := tx.ExecContext(context.Background(), statement, x.number); err != nil {
			return err
		}
	}
	return nil
}

// scan calls each with the number of the execution and the record of every row, in order.
func (s *store) scan(statement string, each func(number int64, record []byte) error) error {
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
