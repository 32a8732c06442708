// Package sqlstoretest gives each test its own SQLite database. It is a copy of a database that is
// migrated once per process, because migrating takes longer than most tests.
package sqlstoretest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"countersign/internal/sqlstore"
)

// NewDatabase returns the URL of an empty, migrated database, which is removed when the test ends.
func NewDatabase(t testing.TB) (url string) {
	t.Helper()
	template, err := migrated()
	if err != nil {
		t.Fatalf("migrate a database to copy: %v", err)
	}
	path := filepath.Join(t.TempDir(), "desk.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// migrated returns the content of a database file that was migrated and closed.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "sqlstoretest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "template.db")
	s, err := sqlstore.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
