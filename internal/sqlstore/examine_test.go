package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
	"countersign/internal/sqlstore"
)

// migratedFile is a SQLite database that a desk has left.
func migratedFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// change runs a statement in a SQLite file.
func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// contents are the files of a folder by name, with hash and mode.
func contents(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		info, _ := d.Info()
		fmt.Fprintf(&all, "%s %o %x\n", d.Name(), info.Mode(), sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// examine examines a SQLite file and asserts that nothing in its folder has changed.
func examine(t *testing.T, path string) (doctor.Database, error) {
	t.Helper()
	before := contents(t, filepath.Dir(path))
	d, err := sqlstore.Examine(t.Context(), "sqlite:"+path, time.Now)
	if after := contents(t, filepath.Dir(path)); after != before {
		t.Errorf("the folder had\n%sand has\n%s", before, after)
	}
	return d, err
}

func TestExamineSQLite(t *testing.T) {
	t.Parallel()
	path := migratedFile(t)
	d, err := examine(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if d.Version == "" || d.Schema == 0 || d.Schema != d.Newest || d.Place != path {
		t.Errorf("got %+v", d)
	}
	if f := d.File; !f.Exists || !f.WAL || !f.Writable || !f.FolderWritable || f.Size == 0 || f.Free <= 0 || f.Mode.Perm() != 0o600 {
		t.Errorf("got %+v", *f)
	}

	change(t, path, "insert into goose_db_version (version_id, is_applied) values (999, 1)")
	if d, err := examine(t, path); err != nil || d.Schema != 999 {
		t.Errorf("a newer database has version %d, error %v", d.Schema, err)
	}
	change(t, path, "pragma journal_mode = delete")
	if d, err := examine(t, path); err != nil || d.File.WAL {
		t.Errorf("another journal mode counts as WAL, error %v", err)
	}
}

// TestExamineSQLite_besideADesk: what a desk has committed into its log only is seen, and the desk
// is not disturbed.
func TestExamineSQLite_besideADesk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d, err := sqlstore.Examine(t.Context(), "sqlite:"+path, time.Now)
	if err != nil || d.Schema != d.Newest || !d.File.WAL {
		t.Errorf("got %+v, %v", d, err)
	}
	put(t, s)
}

func TestExamineSQLite_notThere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d, err := examine(t, filepath.Join(folder, "desk.db"))
	if err != nil || d.File.Exists || !d.File.FolderWritable || d.Newest == 0 {
		t.Errorf("a file that is not there: got %+v, %v", d.File, err)
	}
	d, err = sqlstore.Examine(t.Context(), "sqlite:"+filepath.Join(folder, "missing", "desk.db"), time.Now)
	if err != nil || d.File.FolderExists {
		t.Errorf("a folder that is not there: got %+v, %v", d.File, err)
	}
	empty := filepath.Join(folder, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err = examine(t, empty); err != nil || d.Schema != 0 {
		t.Errorf("an empty file: got %+v, %v", d, err)
	}
	if _, err := examine(t, notADatabase(t)); err == nil {
		t.Error("a text file passes for a database")
	}
}

func TestExamineRefuses(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"OtherDatabase": "mysql://app:secret@localhost/desk",
		"BadPostgres":   "postgres://app:secret@localhost:port/desk",
		"NobodyListens": "postgres://app:secret@127.0.0.1:1/desk",
	} {
		if _, err := sqlstore.Examine(t.Context(), url, time.Now); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestExaminePostgres(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	u := newDatabase(t)
	slow := time.Now().Add(-10 * time.Minute)
	d, err := sqlstore.Examine(t.Context(), u, func() time.Time { return slow })
	if err != nil {
		t.Fatal(err)
	}
	s := d.Server
	if d.Version == "" || d.Schema == 0 || d.Schema != d.Newest || s.ReadOnly || !s.MayCreate || !s.Local || s.Encoding != "UTF8" {
		t.Errorf("got %+v, %+v", d, *s)
	}
	if ahead := s.Clock.Theirs.Sub(s.Clock.Ours); ahead < 9*time.Minute || ahead > 11*time.Minute {
		t.Errorf("its clock is %v ahead of one that is ten minutes late", ahead)
	}
	parsed, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	missing := database(parsed, "there_is_none")
	if _, err := sqlstore.Examine(t.Context(), missing, time.Now); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("a database that is not there gives %v", err)
	}
	standby := *parsed
	standby.Host = "127.0.0.1:1," + parsed.Host
	d, err = sqlstore.Examine(t.Context(), standby.String(), time.Now)
	if err != nil || !strings.Contains(d.Place, " on 127.0.0.1:1, ") {
		t.Errorf("of two hosts, one away: %q, %v", d.Place, err)
	}
	q := parsed.Query()
	q.Set("default_transaction_read_only", "on")
	parsed.RawQuery = q.Encode()
	if d, err := sqlstore.Examine(t.Context(), parsed.String(), time.Now); err != nil || !d.Server.ReadOnly {
		t.Errorf("a server that takes no writes: %+v, %v", d.Server, err)
	}
}

// TestExaminePostgres_empty: it makes no tables.
func TestExaminePostgres_empty(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u := server(t)
	const name = "countersign_examined"
	exec(t, u, "drop database if exists "+name+" with (force)")
	exec(t, u, "create database "+name)
	t.Cleanup(func() { exec(t, u, "drop database "+name+" with (force)") })
	d, err := sqlstore.Examine(t.Context(), database(u, name), time.Now)
	if err != nil || d.Schema != 0 || d.Newest == 0 {
		t.Errorf("got %+v, %v", d, err)
	}
	db, err := sql.Open("pgx", database(u, name))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(context.WithoutCancel(t.Context()), "select count(*) from pg_tables where schemaname = 'public'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("it has %d tables, error %v", tables, err)
	}
}

// TestExamine_Boxes: the secrets that wait are found: those of signatures, and those of decisions that
// may still be sent.
func TestExamine_Boxes(t *testing.T) {
	t.Parallel()
	places := []string{"sqlite:" + filepath.Join(t.TempDir(), "desk.db")}
	if !testing.Short() {
		places = append(places, newDatabase(t))
	}
	for _, place := range places {
		store, err := sqlstore.Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		waits, sent := put(t, store), put(t, store)
		_, err = store.Change(t.Context(), waits.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
			c.Signatures = append(c.Signatures, someSignature(time.Now()))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Change(t.Context(), sent.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.State = callbacks.Undeliverable
			c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbacks.Completion{
				Kind: callbacks.Success, Sealed: &callbacks.Sealed{Box: []byte("box"), Hash: "h"},
			}}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		d, err := sqlstore.Examine(t.Context(), place, time.Now)
		want := []doctor.Box{{Request: string(waits.ID), Text: "Ym94"}, {Request: string(sent.ID), Kind: "success", Text: `{"box":"Ym94","hash":"h"}`}}
		if err != nil || !slices.Equal(d.Boxes, want) {
			t.Errorf("got %+v, %v, want %+v", d.Boxes, err, want)
		}
	}
}
