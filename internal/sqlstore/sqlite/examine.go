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
	defer func() { _ = db.Close() }() // the file was only read
	if err := db.QueryRowContext(ctx, "select sqlite_version()").Scan(&d.Version); err != nil {
		return d, fmt.Errorf("query the database: %w", err)
	}
	const exists = "select count(*) from sqlite_master where type = 'table' and name = '" + goose.DefaultTablename + "'"
	if d.Schema, err = engine.Version(ctx, db, exists); err != nil || d.Schema != d.Newest {
		return d, err
	}
	d.Boxes, err = engine.Boxes(ctx, db)
	return d, err
}

// examinedDSN opens a file for reading only. If there is no log beside the file, no process uses it
// and the file holds everything: then it is opened as immutable, because SQLite would otherwise
// create a log even for a reader.
func examinedDSN(path string) string {
	query := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(2000)", "query_only(1)"}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		query.Set("immutable", "1")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// examineFile finds out what can be known about the file without opening it as a database.
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
	defer func() { _ = file.Close() }() // the file was only read
	header := make([]byte, 20)
	if _, err := io.ReadFull(file, header); errors.Is(err, io.EOF) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("the file is not a SQLite database: %w", err)
	}
	return header[18] == 2 && header[19] == 2, nil
}
