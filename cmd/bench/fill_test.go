package main

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore"
)

// TestDatabase: copies are whole callbacks to the store, and its own tables are sound.
func TestDatabase(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	file, err := b.database(t.Context(), b.most)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.database(t.Context(), b.most); err != nil || again != file {
		t.Errorf("the second time it is %s, %v; want the same file", again, err)
	}
	store, err := sqlstore.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	query := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable, Limit: desk.MaxPage}, AllQueues: true, Now: time.Now()}
	page, err := store.List(t.Context(), query)
	if err != nil || len(page.Rows) != b.most {
		t.Fatalf("%d callbacks, %v; want %d", len(page.Rows), err, b.most)
	}
	for _, row := range page.Rows {
		if _, err := store.Content(t.Context(), row.ID); err != nil {
			t.Errorf("content of a copy: %v", err)
		}
		entries, err := store.Audit(t.Context(), desk.AuditQuery{Callback: row.ID, Limit: 2})
		if err != nil || len(entries) != 1 || entries[0].Action != callbacks.ActionReceived {
			t.Errorf("audit of a copy: %v, %v", entries, err)
		}
	}
	query.Search = "osaka onsite"
	if n, err := store.Count(t.Context(), query, b.most+1); err != nil || n != b.most {
		t.Errorf("a search finds %d, %v; want %d", n, err, b.most)
	}
}

// TestCopyKeepsConstraints asks SQLite itself.
func TestCopyKeepsConstraints(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	file, err := b.database(t.Context(), b.most)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for check, want := range map[string]string{
		"select count(*) from pragma_foreign_key_check":                                   "0",
		"select integrity_check from pragma_integrity_check":                              "ok",
		"select count(distinct id) from callbacks":                                        fmt.Sprint(b.most),
		"select count(*) from messages":                                                   fmt.Sprint(b.most),
		"select count(*) from sqlite_schema where name = 'callbacks_pending_by_deadline'": "1",
	} {
		var got string
		if err := db.QueryRow(check).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", check, got, err, want)
		}
	}
}

func TestFillReturnsWhatIsThere(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/fill.db"
	all, err := fill(t.Context(), "sqlite:"+file, 9)
	if err != nil || len(all) != 9 {
		t.Fatalf("%d callbacks, %v; want 9", len(all), err)
	}
	store, err := sqlstore.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for i := range all {
		if got, err := store.Get(t.Context(), all[i].ID); err != nil || got.CallbackID != all[i].CallbackID {
			t.Errorf("callback %d: %v", i, err)
		}
	}
}
