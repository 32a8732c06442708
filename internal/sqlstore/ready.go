package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// leastRoom is what a disk must have free, in bytes, for some decisions more.
const leastRoom = 1 << 20

// takesWrites checks that PostgreSQL answers, from a table, and is not read-only.
func takesWrites(ctx context.Context, db *bun.DB) error {
	const text = `select exists (select 1 from callbacks), pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'`
	var any, standby, readOnly bool
	if err := db.QueryRowContext(ctx, text).Scan(&any, &standby, &readOnly); err != nil {
		return unavailable(busy(db.DB, err))
	}
	switch {
	case standby:
		return fmt.Errorf("%w: PostgreSQL is a standby and takes no writes: name the primary in COUNTERSIGN_DATABASE_URL, or both hosts and target_session_attrs=read-write", callbacks.ErrUnavailable)
	case readOnly:
		return fmt.Errorf("%w: PostgreSQL takes no writes: default_transaction_read_only is on, for the server, the database or the user", callbacks.ErrUnavailable)
	}
	return nil
}

// readable checks that SQLite answers, from a table: a constant would come from anywhere.
func readable(ctx context.Context, db *bun.DB) error {
	var any bool
	return unavailable(db.NewRaw("select exists (select 1 from callbacks)").Scan(ctx, &any))
}

// busy says why nothing came in time where all connections of this process were in use.
func busy(db *sql.DB, err error) error {
	if s := db.Stats(); err != nil && errors.Is(err, context.DeadlineExceeded) && s.InUse >= s.MaxOpenConnections {
		return fmt.Errorf("all %d connections to the database that this process may have were in use: %w", s.MaxOpenConnections, err)
	}
	return err
}

// takesWrites checks what SQLite would stumble over at the next write.
func (f *file) takesWrites() error {
	folder := filepath.Dir(f.path)
	if free, _ := fileSystem(folder); free >= 0 && free < leastRoom {
		return fmt.Errorf("%w: %d bytes are free on the disk of %s: make room", callbacks.ErrNoRoom, free, f.path)
	}
	for _, path := range []string{f.path, folder} {
		if !writable(path) {
			return fmt.Errorf("%w: %s cannot be written: is its file system read-only?", callbacks.ErrUnavailable, path)
		}
	}
	return nil
}
