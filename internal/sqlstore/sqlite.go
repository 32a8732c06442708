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
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("make the folder of the database file first: %w", err)
	case err != nil:
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	writing, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	writing.SetMaxOpenConns(1)
	if err := migrate(ctx, writing, &sqliteDialect); err != nil {
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
		transact: func(ctx context.Context, fn func(context.Context, *tx) error) error {
			defer kept.wrote()
			return w.transact(ctx, fn)
		},
		close: sync.OnceValue(func() error {
			w.close()
			return errors.Join(prepared.close(), db.Close())
		}),
	}, nil
}
