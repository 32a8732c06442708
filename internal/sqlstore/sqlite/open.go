package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"sync"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// sqlitePragmas hold for every connection. FULL makes each commit durable; the log is cut back to 64 MiB after a rush.
var sqlitePragmas = []string{
	"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(1)", "journal_size_limit(67108864)",
	"cache_size(-16384)", "temp_store(MEMORY)",
}

func sqliteDSN(path string, pragmas ...string) string {
	query := url.Values{"_pragma": append(pragmas, sqlitePragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	// SQLite would make the file readable for everybody; its log gets the mode of the file.
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("make the folder of the database file first: %w", err)
	case err != nil:
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	info, err := made.Stat()
	if err := errors.Join(err, made.Close()); err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	opened := &file{path, info}
	writing, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	writing.SetMaxOpenConns(1)
	if err := migrate(ctx, writing, sqliteDialect.goose, sqliteDialect.migrations); err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	reading, err := sql.Open("sqlite", sqliteDSN(path, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), writing.Close())
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)

	db := bun.NewDB(reading, sqliteDialect.bun())
	prepared := newPreparedStatements(writing)
	w := newWriter(prepared, db)
	kept := &readings{}
	return &Store{
		dialect:  &sqliteDialect,
		db:       db,
		readings: kept,
		file:     opened,
		ready: func(ctx context.Context, db *bun.DB) error {
			return errors.Join(opened.there(), readable(ctx, db))
		},
		transact: func(ctx context.Context, fn func(context.Context, *tx) error) error {
			if err := opened.there(); err != nil {
				return err
			}
			defer kept.wrote()
			return w.transact(ctx, fn)
		},
		close: sync.OnceValue(func() error {
			w.close()
			return errors.Join(prepared.close(), db.Close())
		}),
	}, nil
}

// file is the database file as it was opened.
type file struct {
	path string
	info os.FileInfo
}

// there is an error once the path names another file or none: what is written to the one that is open would be lost with this
// process.
func (f *file) there() error {
	now, err := os.Stat(f.path)
	if err == nil && !os.SameFile(now, f.info) {
		err = fmt.Errorf("%s is another file than the one that was opened: start again", f.path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", callbacks.ErrUnavailable, err)
	}
	return nil
}
