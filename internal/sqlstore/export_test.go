package sqlstore

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// MaxConnections is how many transactions one process has at once.
const MaxConnections = maxConnections

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

// MakeStale leaves the search as an earlier version could have written it: with words of its own.
func (s *Store) MakeStale(ctx context.Context) error {
	texts := []string{`delete from search`, `insert into search (rowid, words) select num, 'former' from callbacks where num > 0`, `insert into stale_words select num from callbacks where num > 0`}
	if s.dialect == &postgresDialect { // as a replica of that version does, which knows of no column version
		texts = []string{`delete from search`, `insert into search (callback, words) select num, 'former'::tsvector from callbacks`}
	}
	return s.transact(ctx, func(ctx context.Context, t *tx) error {
		for _, text := range texts {
			if _, err := t.exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
}
