package sqlstore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/sqlstore"
)

func TestBackup(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "a desk.db")
	s, err := sqlstore.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() // it is open all the while
	before := put(t, s)
	to := filepath.Join(t.TempDir(), "backup '1'.db")
	if err := sqlstore.Backup(t.Context(), url, to); err != nil {
		t.Fatal(err)
	}
	after := put(t, s)
	if err := sqlstore.Backup(t.Context(), url, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second backup to the same file gives %v", err)
	}
	info, err := os.Stat(to)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the backup has mode %o, want 600", mode)
	}

	copied, err := sqlstore.Open(t.Context(), "sqlite:"+to)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if _, err := copied.Get(t.Context(), before.ID); err != nil {
		t.Errorf("what was there before the backup: %v", err)
	}
	if _, err := copied.Get(t.Context(), after.ID); err == nil {
		t.Error("the backup holds what came after it")
	}
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll, Search: "4711"}, AllQueues: true, Now: callbackstest.T0}
	if n, err := copied.Count(t.Context(), q, 10); err != nil || n != 1 {
		t.Errorf("a search in the backup finds %d and gives %v, want 1", n, err)
	}
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.db")
	to := filepath.Join(t.TempDir(), "backup.db")
	if err := sqlstore.Backup(t.Context(), "sqlite:"+missing, to); err == nil {
		t.Error("a database that is not there was backed up")
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the missing database was made: %v", err)
	}
	if err := sqlstore.Backup(t.Context(), "sqlite:"+notADatabase(t), to); err == nil {
		t.Error("a file that is no database was backed up")
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a failed backup left a file: %v", err)
	}
	if err := sqlstore.Backup(t.Context(), "postgres://app:secret@localhost/desk", to); !errors.Is(err, sqlstore.ErrNoBackup) {
		t.Errorf("PostgreSQL gives %v", err)
	}
}
