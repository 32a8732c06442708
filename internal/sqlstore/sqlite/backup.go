package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// backup writes a compact copy of a database to a new file while a desk goes on working with it. It
// changes nothing in the database, not even its version. It does not overwrite an existing file.
// The copy holds no sessions: restoring it must not bring back a session that has ended since.
func backup(ctx context.Context, url, to string) error {
	source, err := sql.Open("sqlite", dsn(pathOf(url))+"&mode=rw") // does not create a missing file
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = source.Close() }() // the file was only read
	if err := source.PingContext(ctx); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	// SQLite can write into an empty file; if it created the file itself, everybody could read it.
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	_, err = source.ExecContext(ctx, "vacuum into ?", to)
	if err == nil {
		err = dropSessions(ctx, to)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("make the backup: %w", err), os.Remove(to))
	}
	return nil
}

// dropSessions deletes the sessions from a copy that is not in use yet, and overwrites their bytes.
func dropSessions(ctx context.Context, path string) error {
	query := url.Values{"_pragma": {"secure_delete(1)", "journal_mode(memory)"}, "mode": {"rw"}}
	copied, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	if _, err := copied.ExecContext(ctx, "delete from sessions"); err != nil {
		return errors.Join(fmt.Errorf("remove the sessions: %w", err), copied.Close())
	}
	return copied.Close()
}
