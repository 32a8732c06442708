package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

const (
	// maxTries is how often a transaction is run that PostgreSQL rolled back in favour of another
	// one.
	maxTries = 5
	// transactionLimit is longer than any transaction takes in a working database. Requests and
	// workers give up earlier, except during a commit.
	transactionLimit = 15 * time.Second
)

// Transact runs fn in a transaction, and again if PostgreSQL asks for it.
func (d *database) Transact(
	ctx context.Context, fn func(context.Context, engine.Statements) error,
) error {
	for try := 1; ; try++ {
		err := d.transactOnce(ctx, fn)
		if err == nil || !worthRetrying(err) {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("gave up after %d tries: %w", try, err)
		}
	}
}

// transactOnce runs fn in one transaction. ctx can interrupt the wait for a connection and the
// work, but not the commit, because its outcome would then be unknown. If the server stops
// answering on the connection, transactOnce gives up after the limit.
func (d *database) transactOnce(
	ctx context.Context, fn func(context.Context, engine.Statements) error,
) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.limit)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, d.limit)
	defer stop()
	begun := context.AfterFunc(ctx, cancel)
	sqlTx, err := d.pool.DB.BeginTx(whole, nil)
	if !begun() {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return unavailable(busy(d.pool.DB, err))
	}
	// after the commit there is nothing to roll back; if the connection breaks, the server rolls
	// back
	defer sqlTx.Rollback()
	if err := fn(ctx, statements{sqlTx}); err != nil {
		return err
	}
	err = unavailable(sqlTx.Commit())
	if errors.Is(err, callbacks.ErrUnavailable) {
		return fmt.Errorf("%w: %w", callbacks.ErrUncertain, err)
	}
	return err
}

// statements runs statements in a transaction. pgx keeps them prepared on each connection.
type statements struct{ tx *sql.Tx }

// Exec runs a statement without rows.
func (p statements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, text, args...)
}

// Query runs a statement that returns rows.
func (p statements) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, text, args...)
}
