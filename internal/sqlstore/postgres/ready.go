package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"countersign/internal/callbacks"
)

// Ready checks that PostgreSQL answers, by reading a table, and is not read-only. If it is, another
// replica may still reach a server that takes writes.
func (d *database) Ready(ctx context.Context) error {
	const text = `select exists (select 1 from callbacks), pg_is_in_recovery(),
		current_setting('transaction_read_only') = 'on'`
	var any, standby, readOnly bool
	if err := d.pool.QueryRowContext(ctx, text).Scan(&any, &standby, &readOnly); err != nil {
		return unavailable(busy(d.pool.DB, err))
	}
	switch {
	case standby:
		return fmt.Errorf("%w: PostgreSQL is a standby: name the primary in COUNTERSIGN_DATABASE_URL, "+
			"or both hosts and target_session_attrs=read-write", callbacks.ErrReadOnly)
	case readOnly:
		return fmt.Errorf("%w: default_transaction_read_only is on, for the server, the database or the user",
			callbacks.ErrReadOnly)
	}
	return nil
}

// busy returns the reason why nothing came in time, if all connections of this process were in use.
func busy(db *sql.DB, err error) error {
	s := db.Stats()
	if errors.Is(err, context.DeadlineExceeded) && s.InUse >= s.MaxOpenConnections {
		return fmt.Errorf("all %d database connections of this process were in use: %w",
			s.MaxOpenConnections, err)
	}
	return err
}
