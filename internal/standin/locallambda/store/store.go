// Package store keeps executions in a SQLite file, as the changes that made them what they are. It
// knows to which execution a change belongs, and nothing else of it.
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

// Store is the file. The engine works on its state in memory; it adds each change to the file and
// reads the file once, at the start.
type Store struct {
	db     *sql.DB
	conn   *sql.Conn // the only one
	stated map[string]*sql.Stmt
}

// schema keeps changes in the order in which they were made, as JSON. A change is one row at the end
// of the table, however many records of its execution it holds: an update of each record in a table
// of its own took three times as long. SQL never looks inside a change, so a new or removed field
// needs no migration.
const schema = `
create table if not exists changes (
	number    integer primary key,
	execution integer not null,
	change    text not null
) strict;
create index if not exists changes_of_execution on changes (execution);`

// The statements that save. Each is prepared once.
const (
	begin    = `begin immediate`
	insert   = `insert into changes (execution, change) values (?, ?)`
	remove   = `delete from changes where execution = ?`
	commit   = `commit`
	rollback = `rollback`
)

// Open opens or creates the file. With synchronous NORMAL and a write-ahead log, nothing is lost if
// this process is killed. Only a crash of the machine may lose the last changes, which is
// acceptable here. The log is copied to the file after 16 MiB, since most changes write the same
// pages. The exclusive lock keeps a second engine away; the system releases it when a
// process dies.
func Open(path string) (*Store, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=locking_mode(EXCLUSIVE)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(4096)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &Store{db: db, stated: map[string]*sql.Stmt{}}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) prepare() (err error) {
	ctx := context.Background()
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return err
	}
	if _, err := s.conn.ExecContext(ctx, schema); err != nil {
		return err
	}
	for _, text := range []string{begin, insert, remove, commit, rollback} {
		if s.stated[text], err = s.conn.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // Close closes it
			return err
		}
	}
	return nil
}

// Close closes the file.
func (s *Store) Close() error {
	for _, statement := range s.stated {
		_ = statement.Close() // closing the file ends what is left
	}
	if s.conn != nil {
		_ = s.conn.Close() // gives it back to the pool, which is closed now
	}
	return s.db.Close()
}

// Change is what has changed of an execution.
type Change struct {
	Execution int64 // its number
	Afresh    bool  // the earlier changes of the execution are deleted
	Record    any   // of what has changed; nil if nothing is left
}

// Write saves all changes or none. It ignores the contexts of callers: what has happened in memory
// has to be saved, whatever became of the request that caused it.
func (s *Store) Write(changes []Change) error {
	if err := s.run(begin); err != nil {
		return err
	}
	for _, c := range changes {
		if err := s.put(c); err != nil {
			_ = s.run(rollback) // fails if SQLite has already rolled back
			return fmt.Errorf("save execution number %d: %w", c.Execution, err)
		}
	}
	if err := s.run(commit); err != nil {
		_ = s.run(rollback)
		return err
	}
	return nil
}

func (s *Store) put(c Change) error {
	if c.Afresh {
		if err := s.run(remove, c.Execution); err != nil {
			return err
		}
	}
	if c.Record == nil {
		return nil
	}
	text, err := json.Marshal(c.Record)
	if err != nil {
		return err
	}
	return s.run(insert, c.Execution, string(text))
}

func (s *Store) run(text string, args ...any) error {
	_, err := s.stated[text].ExecContext(context.Background(), args...)
	return err
}

// Changes calls each for every change, in the order in which they were made.
func (s *Store) Changes(each func(execution int64, record []byte) error) error {
	rows, err := s.conn.QueryContext(context.Background(), `select execution, change from changes order by number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var execution int64
		var record []byte
		if err := rows.Scan(&execution, &record); err != nil {
			return err
		}
		if err := each(execution, record); err != nil {
			return fmt.Errorf("execution number %d: %w", execution, err)
		}
	}
	return rows.Err()
}
