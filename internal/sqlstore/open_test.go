package sqlstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"Empty":         "",
		"OtherDatabase": "mysql://app:secret@localhost/desk",
		"BadPostgres":   "postgres://app:secret@localhost:port/desk",
		"NoFolder":      "sqlite:" + filepath.Join(t.TempDir(), "missing", "desk.db"),
		"NoDatabase":    "sqlite:" + notADatabase(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := sqlstore.Open(t.Context(), url)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the password: %v", err)
			}
			if name == "NoDatabase" && !strings.Contains(err.Error(), "notes.txt is no SQLite database") {
				t.Errorf("the error does not say what the file is: %v", err)
			}
		})
	}
}

func notADatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// put announces a callback and returns it as it is stored.
func put(t *testing.T, s *sqlstore.Store) callbacks.Callback {
	t.Helper()
	c := callbackstest.NewCallback()
	r, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt))
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	return r.Callback
}

// TestOpenAgain: what was written is there for the next process, in each way to name the file.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a folder", "100% desk.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	var want []callbacks.ID
	for _, url := range []string{"sqlite:" + path, "sqlite://" + path, "sqlite:" + path} {
		s, err := sqlstore.Open(t.Context(), url)
		if err != nil {
			t.Fatalf("open %s: %v", url, err)
		}
		for _, id := range want {
			if _, err := s.Get(t.Context(), id); err != nil {
				t.Errorf("get from %s: %v", url, err)
			}
		}
		want = append(want, put(t, s).ID)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file has mode %o, want 600: it holds what strangers must not read", mode)
	}
}

// TestReplicasMigrateTogether starts several replicas on one empty database.
func TestReplicasMigrateTogether(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u := server(t)
	name := "countersign_replicas"
	exec(t, u, "drop database if exists "+name+" with (force)")
	exec(t, u, "create database "+name)
	t.Cleanup(func() { exec(t, u, "drop database "+name+" with (force)") })
	stores := make([]*sqlstore.Store, 3)
	var all sync.WaitGroup
	for i := range stores {
		all.Go(func() {
			s, err := sqlstore.Open(t.Context(), database(u, name))
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			stores[i] = s
			t.Cleanup(func() { _ = s.Close() })
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	c := put(t, stores[0])
	for _, s := range stores[1:] {
		if _, err := s.Get(t.Context(), c.ID); err != nil {
			t.Errorf("another replica does not see it: %v", err)
		}
	}
}
