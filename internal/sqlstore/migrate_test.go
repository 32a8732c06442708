package sqlstore_test

import (
	"database/sql"
	"io/fs"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"countersign/internal/sqlstore"
)

// later are migrations as a later version may bring them: those of today, and one more.
func later(t *testing.T, today fs.FS, migration string) fs.FS {
	t.Helper()
	files := fstest.MapFS{"00002_later.sql": {Data: []byte("-- +goose Up\n" + migration)}}
	names, err := fs.Glob(today, "*.sql")
	if err != nil || len(names) != 1 {
		t.Fatalf("the migrations of today are %v, %v", names, err)
	}
	text, err := fs.ReadFile(today, names[0])
	if err != nil {
		t.Fatal(err)
	}
	files[names[0]] = &fstest.MapFile{Data: text}
	return files
}

// tables are the tables of a database.
func tables(t *testing.T, driver, at, query string) []string {
	t.Helper()
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(names))
}

// TestFailedMigration: one that fails halfway leaves everything as it was, and is made whole when
// it is mended.
func TestFailedMigration(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "desk.db")
		testFailedMigration(t, "sqlite:"+path, func() []string {
			return tables(t, "sqlite", "file:"+path, "select name from sqlite_master where type = 'table'")
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			return
		}
		at := newDatabase(t)
		testFailedMigration(t, at, func() []string {
			return tables(t, "pgx", at, "select tablename from pg_tables where schemaname = 'public'")
		})
	})
}

func testFailedMigration(t *testing.T, at string, tables func() []string) {
	const good, bad = "create table later (id text);\n", "insert into nowhere values (1);\n"
	migrate := func(migration string) error {
		return sqlstore.Migrate(t.Context(), at, func(today fs.FS) fs.FS { return later(t, today, migration) })
	}
	open := func() (*sqlstore.Store, error) { return sqlstore.Open(t.Context(), at) }
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	c, before := put(t, s), tables()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := migrate(good + bad); err == nil {
		t.Fatal("a migration that fails is not told")
	}
	if after := tables(); !slices.Equal(before, after) {
		t.Errorf("the tables were %v and are %v", before, after)
	}
	if s, err = open(); err != nil {
		t.Fatalf("this version does not start any more: %v", err)
	}
	if _, err := s.Get(t.Context(), c.ID); err != nil {
		t.Errorf("what was there: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := migrate(good); err != nil || !slices.Contains(tables(), "later") {
		t.Errorf("the migration that was mended gives %v and the tables %v", err, tables())
	}
	if s, err := open(); err == nil {
		_ = s.Close()
		t.Error("tables of a later version are opened")
	} else if !strings.Contains(err.Error(), "start the newer version") {
		t.Errorf("tables of a later version give %v", err)
	}
}

// TestExamineOlder: tables of another version are told as what they are, and stay as they are.
func TestExamineOlder(t *testing.T) {
	t.Parallel()
	path := migratedFile(t)
	migration := "create table later (id text);"
	if err := sqlstore.Migrate(t.Context(), "sqlite:"+path, func(today fs.FS) fs.FS { return later(t, today, migration) }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second sees what the first has left
		d, err := sqlstore.Examine(t.Context(), "sqlite:"+path, time.Now)
		if err != nil || d.Schema != 2 || d.Newest != 1 {
			t.Errorf("tables of version 2 are told as %d of %d, error %v", d.Schema, d.Newest, err)
		}
	}
}

// TestMigrateUnderAReplica: a newer replica adds a column while this one works, and this one goes
// on.
func TestMigrateUnderAReplica(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	at := newDatabase(t)
	s, err := sqlstore.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s) // its statements are prepared
	if _, err := url.Parse(at); err != nil {
		t.Fatal(err)
	}
	migration := "alter table callbacks add column later text;"
	if err := sqlstore.Migrate(t.Context(), at, func(today fs.FS) fs.FS { return later(t, today, migration) }); err != nil {
		t.Fatal(err)
	}
	if c := put(t, s); c.ID == "" {
		t.Error("it is not stored")
	}
}
