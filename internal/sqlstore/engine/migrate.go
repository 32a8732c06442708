package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
)

// migrate brings the tables up to the newest of the migrations in files, each in a transaction of its own: one that fails leaves
// nothing behind, and the next start tries it again. Tables that are newer than the program are refused.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, files fs.FS, options ...goose.ProviderOption) error {
	newest, err := newestMigration(files)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return unavailable(fmt.Errorf("migrate the database: %w", err))
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("ask for the version of the tables: %w", err))
	}
	if version > newest {
		return fmt.Errorf("the tables are of version %d and this program knows %d at most: start the newer program, or restore a backup", version, newest)
	}
	return nil
}

// newestMigration is the version that the migrations in files lead to.
func newestMigration(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("read migrations: %w", errors.Join(err, fs.ErrNotExist))
	}
	return goose.NumericComponent(path.Base(names[len(names)-1])) // sorted
}

// schemaVersion is the version of the tables, 0 where there are none. exists counts goose's own table.
func schemaVersion(ctx context.Context, db *sql.DB, exists string) (version int64, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, exists).Scan(&tables); err != nil {
		return 0, fmt.Errorf("look for tables: %w", err)
	}
	if tables == 0 {
		return 0, nil
	}
	if err := db.QueryRowContext(ctx, "select coalesce(max(version_id), 0) from "+goose.DefaultTablename).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version of the tables: %w", err)
	}
	return version, nil
}
