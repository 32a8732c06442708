package sqlstore

import (
	"context"
	"database/sql"
	"io/fs"
	"strings"

	"countersign/internal/desk"
	"countersign/internal/sqlstore/engine"
)

// Surveying has so many connections to PostgreSQL tried when a store is opened.
func Surveying(connections int) Option {
	return func(how *engine.Opening) { how.Connections = connections }
}

// Databases are the kinds of database that there are.
var Databases = databases

// ExplainList runs the statement that finds a page and returns what PostgreSQL tells of it.
func (s *Store) ExplainList(ctx context.Context, q desk.Query) ([]string, error) {
	w, err := s.walk(ctx, q)
	if err != nil {
		return nil, err
	}
	text, args := pageText(s.dialect, w, orders[q.SortedBy()], q.After, q.Limit+1)
	return s.explain(ctx, text, args)
}

// ExplainAudit does the same for a page of the audit.
func (s *Store) ExplainAudit(ctx context.Context, q desk.AuditQuery) ([]string, error) {
	text, args := auditText(s.dialect, q)
	return s.explain(ctx, text, args)
}

func (s *Store) explain(ctx context.Context, text string, args []any) (lines []string, err error) {
	err = s.db.NewRaw("explain (analyze, costs off, timing off) "+text, args...).Scan(ctx, &lines)
	return lines, err
}

// CommitWithoutServer is a transaction whose connection is cut before its commit.
func (s *Store) CommitWithoutServer(ctx context.Context) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		// the server is gone before it can answer
		_, _ = t.exec(ctx, "select pg_terminate_backend(pg_backend_pid())")
		return nil
	})
}

// Migrate brings a database to what a later version may want of it.
func Migrate(ctx context.Context, url string, later func(today fs.FS) fs.FS) error {
	driver, at := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, at = "sqlite", "file:"+path
	}
	kind, err := databaseOf(url)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	kind.Migrations.Files = later(kind.Migrations.Files)
	return kind.Migrations.Up(ctx, db, func(err error) error { return err })
}
