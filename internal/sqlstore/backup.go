package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// ErrNotSQLite is the error of [Backup] for PostgreSQL, which has tools of its own.
var ErrNotSQLite = errors.New("only a SQLite database is backed up here")

// Backup writes a compact copy of a SQLite database to a new file, while a desk goes on working with it. It changes nothing
// in the database, not even its version. A file that is there already is not overwritten.
func Backup(ctx context.Context, url, to string) error {
	from, ok := sqlitePath(url)
	if !ok {
		return ErrNotSQLite
	}
	source, err := sql.Open("sqlite", sqliteDSN(from)+"&mode=rw") // one that is not there is not made
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = source.Close() }() // it was read only
	if err := source.PingContext(ctx); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	// SQLite writes into an empty file, but would make it readable for everybody.
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	_, err = source.ExecContext(ctx, "vacuum into ?", to)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("make the backup: %w", err), os.Remove(to))
	}
	return nil
}
