package sqlstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/people"
	"countersign/internal/sqlstore"
)

func onDisk(t *testing.T, path, text string) bool {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(content, []byte(text))
}

// TestBackupHoldsNoSessions: not even their bytes, and the database keeps them.
func TestBackupHoldsNoSessions(t *testing.T) {
	t.Parallel()
	const name, refreshToken = "the-name-of-the-person-who-is-signed-in", "a-refresh-token"
	from, to := filepath.Join(t.TempDir(), "desk.db"), filepath.Join(t.TempDir(), "backup.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+from)
	if err != nil {
		t.Fatal(err)
	}
	session := people.StoredSession{
		Session:   people.Session{ID: "s1", Person: "ada", Name: name},
		TokenHash: []byte("hash"), Sealed: []byte(refreshToken), ExpiresAt: time.Now().Add(time.Hour),
	}
	if err := s.Sessions(time.Now).Insert(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if err := sqlstore.Backup(t.Context(), "sqlite:"+from, to); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.Sessions(time.Now).Find(t.Context(), session.TokenHash); err != nil || !found {
		t.Errorf("after the backup the session is there: %t, %v", found, err)
	}
	if err := s.Close(); err != nil { // the log goes into the file
		t.Fatal(err)
	}
	if !onDisk(t, from, name) || !onDisk(t, from, refreshToken) {
		t.Fatal("the test looks in the wrong place")
	}
	if onDisk(t, to, name) || onDisk(t, to, refreshToken) {
		t.Error("the backup holds a session")
	}
	if files, err := filepath.Glob(to + "-*"); err != nil || len(files) != 0 {
		t.Errorf("beside the backup: %v, %v", files, err)
	}
}
