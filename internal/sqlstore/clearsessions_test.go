package sqlstore

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

const refreshToken = "a-refresh-token-that-was-stored-in-clear"

// beforeEncryption is a database of the version that stored sessions in clear, with one.
func beforeEncryption(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "desk.db")
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	migrateTo(t, db, 15)
	if _, err := db.ExecContext(t.Context(), `insert into sessions values (x'01', ?, ?)`, []byte(refreshToken), time.Now().Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !onDisk(t, path, refreshToken) {
		t.Fatal("the test looks in the wrong place")
	}
	return path
}

func onDisk(t *testing.T, path, text string) bool {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(content, []byte(text))
}

// TestSessionsInClearGo: after the migration their bytes are nowhere in the file.
func TestSessionsInClearGo(t *testing.T) {
	t.Parallel()
	path := beforeEncryption(t)
	s, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, path, refreshToken) {
		t.Error("the file still holds the session")
	}
	if files, err := filepath.Glob(path + "-*"); err != nil || len(files) != 0 {
		t.Errorf("beside the file: %v, %v", files, err)
	}
}

// TestBackupHoldsNoSessions: neither of these tables nor of older ones, which hold them in clear.
func TestBackupHoldsNoSessions(t *testing.T) {
	t.Parallel()
	older := beforeEncryption(t)
	newer := filepath.Join(t.TempDir(), "desk.db")
	s, err := Open(t.Context(), "sqlite:"+newer)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	session := callbacks.StoredSession{
		Session:   callbacks.Session{ID: "s1", Person: "ada", Name: "the-name-of-who-is-signed-in"},
		TokenHash: []byte("hash"), Sealed: []byte(refreshToken), ExpiresAt: time.Now().Add(time.Hour),
	}
	if err := s.Sessions(time.Now).Insert(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{older, newer} {
		to := filepath.Join(t.TempDir(), "backup.db")
		if err := Backup(t.Context(), "sqlite:"+path, to); err != nil {
			t.Fatal(err)
		}
		if onDisk(t, to, refreshToken) || onDisk(t, to, session.Name) {
			t.Error("the backup holds a session")
		}
		if files, err := filepath.Glob(to + "-*"); err != nil || len(files) != 0 {
			t.Errorf("beside the backup: %v, %v", files, err)
		}
	}
	if _, found, err := s.Sessions(time.Now).Find(t.Context(), session.TokenHash); err != nil || !found {
		t.Errorf("after the backup the session is there: %t, %v", found, err)
	}
}
