package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"

	"countersign/internal/doctor"
	"countersign/internal/sqlstore/engine"
)

func examine(ctx context.Context, url string, _ func() time.Time) (doctor.Database, error) {
	path := pathOf(url)
	d := doctor.Database{Place: path, File: examineFile(path)}
	var err error
	if d.Newest, err = migrations.Newest(); err != nil || !d.File.Exists {
		return d, err
	}
	if d.File.WAL, err = hasWAL(path); err != nil {
		return d, err
	}
	db, err := sql.Open("sqlite", examinedDSN(path))
	if err != nil {
		return d, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }() // it was read only
	if err := db.QueryRowContext(ctx, "select sqlite_version()").Scan(&d.Version); err != nil {
		return d, fmt.Errorf("ask the database: %w", err)
	}
	const exists = "select count(*) from sqlite_master where type = 'table' and name = '" + goose.DefaultTablename + "'"
	d.Schema, err = engine.Version(ctx, db, exists)
	return d, err
}

// examinedDSN opens a file for reading only. Where there is no log beside it, nobody uses the file
// and all is in it: then it is read as one that does not change, because SQLite would otherwise
// make a log for its readers too.
func examinedDSN(path string) string {
	query := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(2000)", "query_only(1)"}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		query.Set("immutable", "1")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// examineFile looks at what can be known of the file without opening it as a database.
func examineFile(path string) *doctor.File {
	f := &doctor.File{Path: path, Folder: filepath.Dir(path), Free: -1}
	if folder, err := os.Stat(f.Folder); err != nil || !folder.IsDir() {
		return f
	}
	f.FolderExists, f.FolderWritable = true, writable(f.Folder)
	f.Free, f.Network = fileSystem(f.Folder)
	if info, err := os.Stat(path); err == nil {
		f.Exists, f.Writable, f.Size, f.Mode = true, writable(path), info.Size(), info.Mode()
	}
	return f
}

// hasWAL reads the journal mode from the file's header: both version numbers are 2 for WAL
// (SQLite's file format, section 1.3.3). An empty file has no mode yet.
func hasWAL(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("open the database file: %w", err)
	}
	defer func() { _ = file.Close() }() // it was read only
	header := make([]byte, 20)
	if _, err := io.ReadFull(file, header); errors.Is(err, io.EOF) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("the file is not a SQLite database: %w", err)
	}
	return header[18] == 2 && header[19] == 2, nil
}
