package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"countersign/cmd/bench/copies"
	"countersign/cmd/internal/deskprocess/deskprocesstest"
)

// TestCopiesOfWhatEnded asks SQLite itself: copies of decided callbacks are whole, and nothing is
// left to do for them.
func TestCopiesOfWhatEnded(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	b.binary = deskprocesstest.Build(t)
	file := filepath.Join(t.TempDir(), "ended.db")
	if _, err := b.deliverDue(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := forgetMessages(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := copies.Add(t.Context(), file, 3); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := fmt.Sprint(4 * b.due)
	for check, want := range map[string]string{
		"select count(*) from pragma_foreign_key_check":                                       "0",
		"select integrity_check from pragma_integrity_check":                                  "ok",
		"select count(distinct id) from callbacks where state = 'completed'":                  all,
		"select count(*) from deliveries where attempts is not null":                          all,
		"select count(*) from signatures":                                                     all,
		"select count(distinct callback) from audit where action = 'decided'":                 all,
		"select count(*) from messages":                                                       "0",
		"select count(*) from deliveries join callbacks on num = callback where due_at > 0":   "0",
		"select count(*) from sqlite_schema where name = 'deliveries_claimable' and sql > ''": "1",
	} {
		var got string
		if err := db.QueryRow(check).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", check, got, err, want)
		}
	}
}
