package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// Store is a callbacks.Store over SQLite or PostgreSQL. It may be used by any number of goroutines.
type Store struct {
	dialect *dialect
	db      *bun.DB // reads; on PostgreSQL everything
	// transact runs fn in a transaction and returns after its commit. fn may be run more than once.
	transact func(ctx context.Context, fn func(context.Context, *tx) error) error
	close    func() error
	readings *readings     // nil where others write too
	file     *file         // of SQLite
	limit    time.Duration // of a transaction on PostgreSQL
	ready    func(context.Context, *bun.DB) error
}

var (
	_ callbacks.Store          = (*Store)(nil)
	_ callbacks.DeliveryStore  = (*Store)(nil)
	_ callbacks.UpkeepStore    = (*Store)(nil)
	_ callbacks.DiscoveryStore = (*Store)(nil)
	_ callbacks.BudgetStore    = (*Store)(nil)
)

// Open opens the database and brings its tables up to date. The URL is sqlite:path, sqlite:///absolute/path or
// postgres://…; errors do not repeat it, because it may hold a password. Several replicas may open one PostgreSQL database
// at once; a SQLite file belongs to one process.
func Open(ctx context.Context, url string, options ...Option) (*Store, error) {
	o := opening{caution: func(string) {}, surveyed: neededConnections}
	for _, option := range options {
		option(&o)
	}
	if path, ok := sqlitePath(url); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return openPostgres(ctx, url, o)
	}
	return nil, errors.New("a database URL starts with sqlite: or postgres://")
}

// opening is how a store is opened.
type opening struct {
	caution  func(string)
	surveyed int // connections to PostgreSQL that are tried before the tables are touched
}

// Option changes how a store is opened.
type Option func(*opening)

// WithCaution has tell called with each thing that an operator should know of the database although the desk can work with it. It
// comes before the tables are brought up to date, which may wait for another replica.
func WithCaution(tell func(caution string)) Option {
	return func(o *opening) { o.caution = tell }
}

// sqlitePath is the path of a SQLite file; ok is false for other URLs.
func sqlitePath(url string) (path string, ok bool) {
	path, ok = strings.CutPrefix(url, "sqlite:")
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	return path, ok
}

// Close finishes the transactions that were begun and closes the database. Calls after it return [callbacks.ErrUnavailable].
func (s *Store) Close() error { return s.close() }

// Ping checks that the database answers and takes writes: who may only read cannot decide. Its error says what is wrong.
func (s *Store) Ping(ctx context.Context) error { return s.ready(ctx, s.db) }
