package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

const (
	// maxConnections of one process; PostgreSQL allows 100 in all by default.
	maxConnections = 20
	// maxTries of a transaction that PostgreSQL rolled back for another one's sake.
	maxTries = 5
	// lockRetry is how many seconds a replica waits before it asks again whether another one has migrated the database;
	// lockTries is how often it asks.
	lockRetry, lockTries = 1, 300
	// transactionLimit is longer than any transaction takes in a database that works. Requests and workers give up before, but
	// not on a commit.
	transactionLimit = 15 * time.Second
)

// errPostgresURL stands for pgx's own error, which repeats the URL.
var errPostgresURL = errors.New("the postgres:// URL is not valid; characters such as @ : / # in a password are written as %40 %3A %2F %23")

func openPostgres(ctx context.Context, url string, o opening) (*Store, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return nil, err
	}
	cautions, err := judge(surveyPostgres(ctx, config, o.surveyed))
	if err != nil {
		return nil, err
	}
	for _, caution := range cautions {
		o.caution(caution)
	}
	pool := newPool(config, maxConnections)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockRetry, lockTries))
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	if err := migrate(ctx, pool, postgresDialect.goose, postgresDialect.migrations, goose.WithSessionLocker(locker)); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s := &Store{
		dialect: &postgresDialect, db: bun.NewDB(pool, postgresDialect.bun(), bun.WithDiscardUnknownColumns()),
		limit: transactionLimit, ready: takesWrites,
	}
	s.transact, s.close = s.transactPostgres, s.db.Close
	return s, nil
}

// judge decides whether the desk can work with such connections, and what the operator should know.
func judge(s survey, err error) (cautions []string, _ error) {
	switch {
	case s.shared:
		return nil, errShared
	case err != nil:
		return nil, unavailable(err)
	}
	if s.shortage != nil {
		cautions = append(cautions, fmt.Sprintf("the database gave %d of the %d connections that each replica needs (%d for its work, 1 for notices): %s",
			s.given, neededConnections, maxConnections, s.shortage))
	}
	if !s.encrypted && !s.local {
		cautions = append(cautions, "the connection to the database is not encrypted and leaves this machine: set sslmode=verify-full in COUNTERSIGN_DATABASE_URL")
	}
	return cautions, nil
}

// transactPostgres runs fn in a transaction, again where PostgreSQL asks for it.
func (s *Store) transactPostgres(ctx context.Context, fn func(context.Context, *tx) error) error {
	for try := 1; ; try++ {
		err := s.transactOnce(ctx, fn)
		if err == nil || !worthRetrying(err) {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("gave up after %d tries: %w", try, err)
		}
	}
}

// transactOnce lets ctx interrupt the wait for a connection and the work, but not the commit: its outcome would not be known.
// A connection on which nobody answers any more is given up after the limit.
func (s *Store) transactOnce(ctx context.Context, fn func(context.Context, *tx) error) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limit)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, s.limit)
	defer stop()
	begun := context.AfterFunc(ctx, cancel)
	sqlTx, err := s.db.DB.BeginTx(whole, nil)
	if !begun() {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return unavailable(busy(s.db.DB, err))
	}
	defer sqlTx.Rollback() // after the commit there is nothing to roll back; a broken connection has done it
	if err := fn(ctx, &tx{statements: postgresStatements{sqlTx}, db: s.db, dialect: &postgresDialect}); err != nil {
		return err
	}
	err = unavailable(sqlTx.Commit())
	if errors.Is(err, callbacks.ErrUnavailable) {
		return fmt.Errorf("%w: %w", callbacks.ErrUncertain, err)
	}
	return err
}

// postgresStatements runs statements in a transaction; pgx keeps them prepared on each connection.
type postgresStatements struct{ tx *sql.Tx }

// Exec runs a statement without rows.
func (p postgresStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, text, args...)
}

// Query runs a statement that returns rows.
func (p postgresStatements) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, text, args...)
}
