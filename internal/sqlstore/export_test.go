package sqlstore

import (
	"context"
	"database/sql"
	"io/fs"
	"time"

	"countersign/internal/callbacks"
)

// MaxConnections is how many transactions one process has at once.
const MaxConnections = maxConnections

// Surveying has so many connections to PostgreSQL tried when a store is opened.
func Surveying(connections int) Option {
	return func(o *opening) { o.surveyed = connections }
}

// CommitInSilence is a transaction whose connection is silenced before its commit.
func (s *Store) CommitInSilence(ctx context.Context, silence func()) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, "select 1")
		silence()
		return err
	})
}

// LimitTransactions sets how long a transaction may take on PostgreSQL.
func (s *Store) LimitTransactions(limit time.Duration) { s.limit = limit }

// ExplainList runs the statement that finds a page and returns what PostgreSQL tells of it.
func (s *Store) ExplainList(ctx context.Context, q callbacks.Query) ([]string, error) {
	w, err := s.walk(ctx, q)
	if err != nil {
		return nil, err
	}
	text, args := s.dialect.pageText(w, orderOf(q.Filter), q.After, q.Limit+1)
	var lines []string
	err = s.db.NewRaw("explain (analyze, costs off, timing off) "+text, args...).Scan(ctx, &lines)
	return lines, err
}

// CommitWithoutServer is a transaction whose connection is cut before its commit.
func (s *Store) CommitWithoutServer(ctx context.Context) error {
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		_, _ = t.exec(ctx, "select pg_terminate_backend(pg_backend_pid())") // the server is gone before it can answer
		return nil
	})
}

// Migrate brings a database to what a later version may want of it.
func Migrate(ctx context.Context, url string, later func(today fs.FS) fs.FS) error {
	driver, at, d := "pgx", url, &postgresDialect
	if path, ok := sqlitePath(url); ok {
		driver, at, d = "sqlite", sqliteDSN(path), &sqliteDialect
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return migrate(ctx, db, d.goose, later(d.migrations))
}

// Signatures are the signatures of a callback.
func (s *Store) Signatures(ctx context.Context, id callbacks.ID) (all []callbacks.Signature, err error) {
	var found []signatureRow
	err = s.db.NewSelect().Model(&found).Where("callback = (select num from callbacks where id = ?)", id).Scan(ctx)
	for _, r := range found {
		all = append(all, callbacks.Signature{
			By:  callbacks.Actor{Kind: callbacks.ActorPerson, ID: r.Person, Name: r.Name},
			Via: callbacks.Via(r.Via), Outcome: r.Outcome, Stance: callbacks.Stance(r.Stance), Comment: r.Comment, At: fromMillis(r.SignedAt),
		})
	}
	return all, err
}
