package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
)

// Migrations create the tables of a database, version by version.
type Migrations struct {
	Dialect goose.Dialect
	Files   fs.FS // SQL files whose names begin with their version
}

// NewMigrations returns the migrations in the folder "migrations" of a package.
func NewMigrations(dialect goose.Dialect, files fs.FS) Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return Migrations{Dialect: dialect, Files: sub}
}

// Up brings the tables to the newest version, each migration in its own transaction: if one fails,
// it leaves nothing behind and the next start tries it again. Up refuses tables that are newer than
// the program. It passes errors of the database to unavailable.
func (m Migrations) Up(
	ctx context.Context, db *sql.DB, unavailable func(error) error, options ...goose.ProviderOption,
) error {
	newest, err := m.Newest()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(m.Dialect, db, m.Files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return unavailable(fmt.Errorf("migrate the database: %w", err))
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("find the version of the tables: %w", err))
	}
	if version > newest {
		return fmt.Errorf("the tables have version %d, and this program supports versions up to %d: "+
			"start the newer version of the program, or restore a backup", version, newest)
	}
	return nil
}

// Newest returns the version that the migrations lead to.
func (m Migrations) Newest() (int64, error) {
	names, err := fs.Glob(m.Files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("read migrations: %w", errors.Join(err, fs.ErrNotExist))
	}
	return goose.NumericComponent(path.Base(names[len(names)-1])) // sorted
}

// Version returns the version of the tables, or 0 if there are none. exists is a query that counts
// the table in which goose keeps it.
func Version(ctx context.Context, db *sql.DB, exists string) (version int64, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, exists).Scan(&tables); err != nil {
		return 0, fmt.Errorf("look for tables: %w", err)
	}
	if tables == 0 {
		return 0, nil
	}
	const newest = "select coalesce(max(version_id), 0) from " + goose.DefaultTablename
	if err := db.QueryRowContext(ctx, newest).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version of the tables: %w", err)
	}
	return version, nil
}
