package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

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

// Transact runs fn in a transaction, and again if PostgreSQL asks for it. The rank does not matter,
// because transactions do not wait for each other.
func (d *database) Transact(
	ctx context.Context, _ engine.Rank, fn func(context.Context, engine.Statements) error,
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
// work, but not the commit and what is sent with it, because their outcome would then be unknown.
// If the server stops answering on the connection, transactOnce gives up after the limit.
func (d *database) transactOnce(
	ctx context.Context, fn func(context.Context, engine.Statements) error,
) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.limit)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, d.limit)
	defer stop()
	pooled, err := d.pool.DB.Conn(ctx)
	if err != nil {
		return unavailable(busy(d.pool.DB, err))
	}
	defer func() { _ = pooled.Close() }() // gives it back; if it is broken, the pool drops it
	return pooled.Raw(func(driven any) error {
		t := newTransaction(driven.(*stdlib.Conn).Conn())
		defer t.rollback(whole) // after the commit there is nothing to roll back
		if err := fn(ctx, t); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return unavailable(err)
		}
		err, uncertain := t.commit(whole)
		if err = unavailable(err); uncertain && errors.Is(err, callbacks.ErrUnavailable) {
			return fmt.Errorf("%w: %w", callbacks.ErrUncertain, err)
		}
		return err
	})
}
