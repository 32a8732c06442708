package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// openTroubled is a store whose connection for writing a test can bring into trouble with pragmas.
func openTroubled(t *testing.T) (s *Store, path string, pragma func(string)) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "desk.db")
	s, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, path, func(text string) {
		t.Helper()
		err := s.transact(t.Context(), func(ctx context.Context, x *tx) error {
			_, err := rows[int64](ctx, x, "pragma "+text)
			return err
		})
		if err != nil {
			t.Fatalf("pragma %s: %v", text, err)
		}
	}
}

func announce(t testing.TB, s *Store, c callbacks.Callback, payload []byte) error {
	t.Helper()
	_, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{Payload: payload}, "f", callbacks.Queues{}.Bind,
		callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0))
	return err
}

// TestFileGone: what is written to a file that was deleted, or replaced, would be lost. Readiness
// says so.
func TestFileGone(t *testing.T) {
	t.Parallel()
	s, path, _ := openTroubled(t)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(what string) {
		t.Helper()
		if err := s.Ping(t.Context()); !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("%s: ping gives %v, want ErrUnavailable", what, err)
		}
		if err := announce(t, s, callbackstest.NewCallback(), nil); !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("%s: a write gives %v, want ErrUnavailable", what, err)
		}
	}
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	check("moved")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check("replaced")
}

// TestFileOverwritten: readiness looks into the file.
func TestFileOverwritten(t *testing.T) {
	t.Parallel()
	s, path, _ := openTroubled(t)
	beside, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	// else all is still in the log
	if _, err := beside.ExecContext(t.Context(), "pragma wal_checkpoint(truncate)"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("not a database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("ping gives %v, want ErrUnavailable", err)
	}
}

// TestDiskFull bounds the file instead of filling a disk: SQLite answers both in the same way.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s, _, pragma := openTroubled(t)
	pragma("max_page_count = 100")
	c := callbackstest.NewCallback()
	if err := announce(t, s, c, make([]byte, 1<<20)); !errors.Is(err, callbacks.ErrNoRoom) || !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("got %v, want ErrNoRoom, which is ErrUnavailable too", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("what is there cannot be read: %v", err)
	}
	if _, err := s.Get(t.Context(), c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("get gives %v, want ErrNotFound: nothing was recorded", err)
	}
	pragma("max_page_count = 100000")
	if err := announce(t, s, c, make([]byte, 1<<20)); err != nil {
		t.Errorf("after there is room again: %v", err)
	}
}

// TestFileReadOnly: a file that cannot be written any more says so, and is read all the same. The
// pragma refuses as a file system that was mounted for reading does.
func TestFileReadOnly(t *testing.T) {
	t.Parallel()
	s, _, pragma := openTroubled(t)
	pragma("query_only = 1")
	if err := announce(t, s, callbackstest.NewCallback(), nil); !errors.Is(err, callbacks.ErrReadOnly) || !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("got %v, want ErrReadOnly, which is ErrUnavailable too", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("what is there cannot be read: %v", err)
	}
}

// TestLocked: another process holds the file, such as a second desk or a shell with an open
// transaction.
func TestLocked(t *testing.T) {
	t.Parallel()
	s, path, pragma := openTroubled(t)
	pragma("busy_timeout = 0") // else the test would wait as long as a desk does
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	run := func(text string) {
		t.Helper()
		if _, err := other.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	run("begin immediate")
	c := callbackstest.NewCallback()
	if err := announce(t, s, c, nil); !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("a write gives %v, want ErrUnavailable", err)
	}
	if _, err := s.Get(t.Context(), c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a read gives %v, want ErrNotFound: reading goes on while another process writes", err)
	}
	run("rollback")
	if err := announce(t, s, c, nil); err != nil {
		t.Errorf("after the lock is gone: %v", err)
	}
}
