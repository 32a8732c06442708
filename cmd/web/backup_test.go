package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/sqlstore"
)

func TestBackup(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	url := "sqlite://" + filepath.Join(folder, "desk.db")
	store, err := sqlstore.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	backup := func(url string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), []string{"backup", filepath.Join(folder, "copy.db")}, map[string]string{"COUNTERSIGN_DATABASE_URL": url}, &out, io.Discard)
		return out.String(), err
	}
	if out, err := backup(url); err != nil || !strings.Contains(out, "copy.db") {
		t.Fatalf("printed %q, error %v", out, err)
	}
	copied, err := sqlstore.Open(t.Context(), "sqlite://"+filepath.Join(folder, "copy.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := copied.Close(); err != nil {
		t.Error(err)
	}
	for name, tt := range map[string]struct{ url, want string }{
		"AgainstAFile": {url, "exists"},
		"PostgreSQL":   {"postgres://app:secret@127.0.0.1/desk", "pg_dump"},
		"NotSet":       {"", "COUNTERSIGN_DATABASE_URL"},
		"Malformed":    {"sqlite:", "names no file"},
	} {
		if _, err := backup(tt.url); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s gives %v, want %q", name, err, tt.want)
		}
	}
}
