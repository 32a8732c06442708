package sqlstore

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"countersign/internal/callbacks"
)

// migrateTo brings tables to what they were in an older version.
func migrateTo(t *testing.T, db *sql.DB, version int64) {
	t.Helper()
	files, err := sqliteDialect.migrationFiles()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(sqliteDialect.goose, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
}

// versions are the numbers of the migrations, from the first. Some numbers may be free.
func versions(t *testing.T) (all []int64) {
	t.Helper()
	files, err := sqliteDialect.migrationFiles()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(sqliteDialect.goose, new(sql.DB), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range provider.ListSources() {
		all = append(all, source.Version)
	}
	return all
}

// TestAccountsMigration: what was watched before there were accounts stays, with what is known of its executions. SQLite makes
// those tables anew.
func TestAccountsMigration(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "desk.db")
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	migrateTo(t, db, 4)
	for _, text := range []string{
		`insert into watches values (7, 'orders', 'eu-west-1', 'finance', 'config', 0, '', 0, 0, 0, 'denied', 1, 2, 3)`,
		`insert into executions values (7, x'01', 'arn', '{"last":4}', 0, 0, 0, 0)`,
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	w := callbacks.Watch{Function: "orders", Region: "eu-west-1", Queue: "finance"}
	if states, err := s.Watches(ctx); err != nil || len(states) != 1 || states[0].Watch != w || states[0].Problem != callbacks.AnswerDenied || states[0].Unannounced != 3 {
		t.Errorf("watches are %+v, %v", states, err)
	}
	now := time.Now()
	if due, err := s.DueExecutions(ctx, w, now, now, 9); err != nil || len(due) != 1 || due[0].Trace.Last != 4 {
		t.Errorf("executions are %+v, %v", due, err)
	}
	// The one still belongs to the other.
	if err := s.SetWatches(ctx, nil); err != nil {
		t.Errorf("remove the watch: %v", err)
	}
	if due, err := s.DueExecutions(ctx, w, now, now, 9); err != nil || len(due) != 0 {
		t.Errorf("executions of no watch are %+v, %v", due, err)
	}
}

// TestExamineOlder: tables of each version are told as what they are, and stay as they are.
func TestExamineOlder(t *testing.T) {
	t.Parallel()
	newest, err := sqliteDialect.newest()
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range versions(t) {
		path := filepath.Join(t.TempDir(), "desk.db")
		db, err := sql.Open("sqlite", sqliteDSN(path))
		if err != nil {
			t.Fatal(err)
		}
		migrateTo(t, db, version)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second sees what the first has left
			d, err := Examine(t.Context(), "sqlite:"+path, time.Now)
			if err != nil || d.Schema != version || d.Newest != newest {
				t.Errorf("tables of version %d are told as %d of %d, error %v", version, d.Schema, d.Newest, err)
			}
		}
	}
}
