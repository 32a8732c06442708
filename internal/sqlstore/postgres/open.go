// Package postgres is the engine over PostgreSQL. It runs ordinary transactions on a pool of
// connections, and passes invalidations between the replicas that share the database by LISTEN and
// NOTIFY.
package postgres

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"countersign/internal/sqlstore/engine"
)

//go:embed migrations
var files embed.FS

var migrations = engine.NewMigrations(goose.DialectPostgres, files)

// Database is PostgreSQL. Any number of replicas may open the same database at once.
var Database = engine.Database{
	Prefixes: []string{"postgres://", "postgresql://"}, Migrations: migrations,
	Open: open, Examine: examine, Invalidations: newInvalidations,
}

const (
	// maxConnections is the limit of one process. PostgreSQL allows 100 in total by default.
	maxConnections = 20
	// lockRetry is how many seconds a replica waits before it checks again whether another one has
	// migrated the database; lockTries is how often it checks.
	lockRetry, lockTries = 1, 300
)

// errURL replaces pgx's own error, which repeats the URL.
var errURL = errors.New("the postgres:// URL is not valid; " +
	"characters such as @ : / # in a password are written as %40 %3A %2F %23")

// database is a pool of connections.
type database struct {
	pool  *bun.DB
	limit time.Duration // of a transaction
}

func open(ctx context.Context, url string, how engine.Opening) (engine.Engine, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	cautions, err := judge(takeSurvey(ctx, config, cmp.Or(how.Connections, neededConnections)))
	if err != nil {
		return nil, err
	}
	for _, said := range cautions {
		how.Caution(said)
	}
	pool := newPool(config, maxConnections)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockRetry, lockTries))
	if err == nil {
		err = migrations.Up(ctx, pool, unavailable, goose.WithSessionLocker(locker))
	}
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	db := bun.NewDB(pool, pgdialect.New(), bun.WithDiscardUnknownColumns())
	return &database{pool: db, limit: transactionLimit}, nil
}

func (d *database) DB() *bun.DB                 { return d.pool }
func (d *database) Dialect() *engine.Dialect    { return &dialect }
func (d *database) Unavailable(err error) error { return unavailable(err) }
func (d *database) Duplicate(err error) bool    { return duplicate(err) }
func (d *database) Close() error                { return d.pool.Close() }

// Read implements [engine.Engine].
func (d *database) Read(ctx context.Context, text string, args []any) (engine.Rows, error) {
	prepared := append([]any{pgx.QueryExecModeCacheStatement}, args...)
	found, err := d.pool.DB.QueryContext(ctx, text, prepared...) //nolint:rowserrcheck // the caller does
	if err != nil {
		return nil, err
	}
	return found, nil
}

// judge decides whether the desk can work with such connections, and returns what the operator
// should know.
func judge(s survey, err error) (cautions []string, _ error) {
	switch {
	case s.shared:
		return nil, errShared
	case err != nil:
		return nil, unavailable(err)
	}
	if s.shortage != nil {
		cautions = append(cautions, fmt.Sprintf("the database gave %d of the %d connections that each replica needs "+
			"(%d for queries, 1 for notifications): %s", s.given, neededConnections, maxConnections, s.shortage))
	}
	if !s.encrypted && !s.local {
		cautions = append(cautions, "the connection to the database leaves this machine without encryption: "+
			"set sslmode=verify-full in COUNTERSIGN_DATABASE_URL")
	}
	return cautions, nil
}
