package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"countersign/internal/doctor"
)

// Examine looks at a database without changing anything: it neither makes nor migrates one, and may run beside desks that use
// it. What is known before something fails is returned with the error, which repeats no password.
func Examine(ctx context.Context, url string, now func() time.Time) (doctor.Database, error) {
	if path, ok := sqlitePath(url); ok {
		return examineSQLite(ctx, path)
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return examinePostgres(ctx, url, now)
	}
	return doctor.Database{}, errors.New("a database URL starts with sqlite: or postgres://")
}

// newest is the version that the migrations of this binary lead to.
func (d *dialect) newest() (int64, error) {
	files, err := d.migrationFiles()
	if err != nil {
		return 0, err
	}
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
