package sqlstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

var _ scs.CtxStore = (*sqlstore.Sessions)(nil)

func find(t *testing.T, s *sqlstore.Sessions, token string) (string, bool) {
	t.Helper()
	data, found, err := s.FindCtx(t.Context(), token)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return string(data), found
}

func commit(t *testing.T, s *sqlstore.Sessions, token, data string, expiry time.Time) {
	t.Helper()
	if err := s.CommitCtx(t.Context(), token, []byte(data), expiry); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

// testSessions is what sessions promise on every database.
func testSessions(t *testing.T, store *sqlstore.Store) {
	clock := callbackstest.NewClock(callbackstest.T0)
	s := store.Sessions(clock.Now)
	expiry := callbackstest.T0.Add(time.Hour)
	if _, found := find(t, s, "unknown"); found {
		t.Error("a session that nobody began was found")
	}
	commit(t, s, "token", "first", expiry)
	commit(t, s, "token", "second \x00\xff", expiry)
	commit(t, s, "other", "of somebody else", expiry.Add(time.Hour))
	if data, found := find(t, s, "token"); !found || data != "second \x00\xff" {
		t.Errorf("found %q, %t; want what was written last", data, found)
	}
	clock.Set(expiry)
	if _, found := find(t, s, "token"); found {
		t.Error("an expired session was found")
	}
	if err := store.ForgetSessions(t.Context(), clock.Now(), 10); err != nil {
		t.Fatal(err)
	}
	clock.Set(callbackstest.T0)
	if _, found := find(t, s, "token"); found {
		t.Error("an expired session was not swept")
	}
	if _, found := find(t, s, "other"); !found {
		t.Error("a session that has not expired was swept")
	}
	for range 2 { // the second has nothing to delete
		if err := s.DeleteCtx(t.Context(), "other"); err != nil {
			t.Fatal(err)
		}
	}
	if _, found := find(t, s, "other"); found {
		t.Error("a deleted session was found")
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testSessions(t, openSQLite(t))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		if !testing.Short() {
			testSessions(t, openPostgres(t))
		}
	})
}

func TestForgetSessionsToLimit(t *testing.T) {
	t.Parallel()
	store := openSQLite(t)
	clock := callbackstest.NewClock(callbackstest.T0)
	s := store.Sessions(clock.Now)
	commit(t, s, "later", "", callbackstest.T0.Add(2*time.Second))
	commit(t, s, "first", "", callbackstest.T0.Add(time.Second))
	if err := store.ForgetSessions(t.Context(), callbackstest.T0.Add(time.Minute), 1); err != nil {
		t.Fatal(err)
	}
	if _, found := find(t, s, "first"); found {
		t.Error("the session that expired first is still there")
	}
	if _, found := find(t, s, "later"); !found {
		t.Error("more than the limit was swept")
	}
}

// TestTokensAreNotOnDisk looks for the token in the file and its log.
func TestTokensAreNotOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(dir, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	const token = "a-token-that-signs-somebody-in"
	commit(t, store.Sessions(time.Now), token, "data-that-is-on-disk", time.Now().Add(time.Hour))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	disk, err := os.ReadFile(filepath.Join(dir, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(disk, []byte(token)) || !bytes.Contains(disk, []byte("data-that-is-on-disk")) {
		t.Error("the file holds the token, or not the session")
	}
}
