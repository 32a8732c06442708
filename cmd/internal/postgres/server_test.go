package postgres

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// TestServer: it keeps what was committed over a restart that is a crash, has its settings, and is gone after the stop.
func TestServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	folder, err := os.MkdirTemp("", "countersign-postgres-") // that of the test has a parent which nobody else may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s, err := Start(t.Context(), filepath.Join(folder, "server"), "fsync=off", "work_mem=3MB")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	ask := func(text string) (answer string, err error) {
		db, err := sql.Open("pgx", s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.QueryRowContext(t.Context(), text).Scan(&answer)
		return answer, err
	}
	if got, err := ask("show work_mem"); err != nil || got != "3MB" {
		t.Errorf("work_mem is %s, %v", got, err)
	}
	if _, err := ask("create table kept as select 'here' as word"); !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := ask("select word from kept"); err != nil || got != "here" {
		t.Errorf("after the restart: %s, %v", got, err)
	}
	s.Stop()
	if _, err := ask("select 'still here'"); err == nil {
		t.Error("it answers after the stop")
	}
}
