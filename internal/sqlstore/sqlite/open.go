// Package sqlite is the engine over SQLite. One goroutine writes, and commits waiting requests
// together; a pool of connections reads. A database is a file that belongs to one process.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	sqlite3 "modernc.org/sqlite/lib"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

//go:embed migrations
var files embed.FS

var migrations = engine.NewMigrations(goose.DialectSQLite3, files)

// Database is SQLite. Its URLs are sqlite:path and sqlite:///absolute/path.
var Database = engine.Database{
	Prefixes: []string{"sqlite:"}, Migrations: migrations,
	Open: open, Examine: examine, Backup: backup,
}

// pragmas hold for every connection. FULL makes each commit durable. The log is copied to the file
// after 16 MiB: most commits change the same pages, and a larger log has each copied less often.
// After a burst of writes the log is cut back to 64 MiB.
var pragmas = []string{
	"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(1)",
	"wal_autocheckpoint(8192)", "journal_size_limit(67108864)", "cache_size(-16384)",
	"temp_store(MEMORY)",
}

// pageSize is half of SQLite's own. A commit writes whole pages to the log, and most pages that a
// decision or an announcement touches hold one small change each.
const pageSize = 2048

// layOut gives a new file its page size, which no pragma of a connection can: they run in the order
// of their names, and journal_mode fixes the size. An existing file keeps its own.
func layOut(ctx context.Context, path string) error {
	page := url.Values{"_pragma": {fmt.Sprintf("page_size(%d)", pageSize)}}
	conn, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+page.Encode())
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "pragma journal_mode(WAL)")
	if code(err) == sqlite3.SQLITE_NOTADB {
		err = fmt.Errorf("%s is no SQLite database: name another file, or move this one away: %w", path, err)
	}
	return errors.Join(unavailable(err), conn.Close())
}

// pathOf returns the path of the file that a URL names.
func pathOf(url string) string {
	path := strings.TrimPrefix(url, "sqlite:")
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	return path
}

func dsn(path string, more ...string) string {
	query := url.Values{"_pragma": append(more, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// database is an open file.
type database struct {
	reading  *bun.DB
	reads    *preparedStatements // on the same connections
	prepared *preparedStatements // of the writer
	writer   *writer
	file     *file
	close    func() error
}

func open(ctx context.Context, url string, _ engine.Opening) (engine.Engine, error) {
	opened, err := openFile(pathOf(url))
	if err != nil {
		return nil, err
	}
	if err := layOut(ctx, opened.path); err != nil {
		return nil, err
	}
	writing, err := sql.Open("sqlite", dsn(opened.path))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	writing.SetMaxOpenConns(1)
	if err := migrations.Up(ctx, writing, unavailable); err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	reading, err := sql.Open("sqlite", dsn(opened.path, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), writing.Close())
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)
	prepared := newPreparedStatements(writing)
	d := &database{
		reading: bun.NewDB(reading, sqlitedialect.New()), reads: newPreparedStatements(reading), prepared: prepared,
		writer: newWriter(prepared), file: opened,
	}
	d.close = sync.OnceValue(func() error {
		d.writer.close()
		return errors.Join(prepared.close(), d.reads.close())
	})
	return d, nil
}

func (d *database) DB() *bun.DB                 { return d.reading }
func (d *database) Dialect() *engine.Dialect    { return &dialect }
func (d *database) Unavailable(err error) error { return unavailable(err) }
func (d *database) Duplicate(err error) bool    { return duplicate(err) }
func (d *database) Close() error                { return d.close() }

// Read implements [engine.Engine].
func (d *database) Read(ctx context.Context, text string, args []any) (engine.Rows, error) {
	return d.reads.Query(ctx, text, args)
}

// Transact hands fn to the writer.
func (d *database) Transact(
	ctx context.Context, rank engine.Rank, fn func(context.Context, engine.Statements) error,
) error {
	if err := d.file.there(); err != nil {
		return err
	}
	return d.writer.transact(ctx, rank, fn)
}

// Ready reads a row of a table, because a constant would not show that the file is readable. It
// does not fail if the disk is full or read-only: pages can still be read, and no other process
// could do more.
func (d *database) Ready(ctx context.Context) error {
	var found bool
	err := d.reading.NewRaw("select exists (select 1 from callbacks)").Scan(ctx, &found)
	return errors.Join(d.file.there(), unavailable(err))
}

// file is the database file as it was opened.
type file struct {
	path string
	info os.FileInfo
}

// openFile opens the file, or creates it if there is none. If SQLite created it, everybody could
// read it; the log gets the same mode as the file.
func openFile(path string) (*file, error) {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("create the folder of the database file first: %w", err)
	case err != nil:
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	info, err := made.Stat()
	if err := errors.Join(err, made.Close()); err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	return &file{path, info}, nil
}

// there returns an error if the path now names another file or none. The process still has the old
// file open, and what it writes there would be lost when it ends.
func (f *file) there() error {
	now, err := os.Stat(f.path)
	if err == nil && !os.SameFile(now, f.info) {
		err = fmt.Errorf("%s was replaced after it was opened: restart the program", f.path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", callbacks.ErrUnavailable, err)
	}
	return nil
}
