package postgres_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
	"countersign/internal/sqlstore/postgres"
	"countersign/internal/sqlstore/sqlstoretest"
)

// wire passes connections on to PostgreSQL, until silence: then nothing more comes through those
// that are there, and neither side is told, as when a network drops them.
type wire struct {
	listener net.Listener
	server   string

	mu     sync.Mutex
	silent chan struct{} // of the connections from now on
	all    sync.WaitGroup
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, server: server, silent: make(chan struct{})}
	w.all.Go(w.accept)
	t.Cleanup(func() {
		_ = l.Close()
		w.silence()
		w.all.Wait()
	})
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", w.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		w.all.Go(func() { pass(near, far, silent) })
		w.all.Go(func() { pass(far, near, silent) })
	}
}

// pass copies what comes until silence. Whoever closes is still noticed afterwards.
func pass(to, from net.Conn, silent chan struct{}) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-silent:
			_, _ = io.Copy(io.Discard, from) // ends when the connection does
			return
		default:
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// silence kills the connections that are there; later ones pass.
func (w *wire) silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.silent)
	w.silent = make(chan struct{})
}

// TestPostgresSilent: a connection on which nobody answers any more is given up, also in a commit,
// and the next one works.
func TestPostgresSilent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u, err := url.Parse(sqlstoretest.NewPostgresDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, u.Host)
	u.Host = w.listener.Addr().String()
	e, err := postgres.Database.Open(t.Context(), u.String(), engine.Opening{Caution: func(string) {}, Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	transact := func(before func()) error {
		return e.Transact(t.Context(), engine.First, func(ctx context.Context, on engine.Statements) error {
			_, err := on.Exec(ctx, "select 1", nil)
			before()
			return e.Unavailable(err)
		})
	}
	nothing := func() {}
	if err := transact(nothing); err != nil {
		t.Fatal(err)
	}
	postgres.LimitTransactions(e, time.Second)

	w.silence()
	if err := transact(nothing); !errors.Is(err, callbacks.ErrUnavailable) || errors.Is(err, callbacks.ErrUncertain) {
		t.Errorf("a transaction that could not begin gives %v, want ErrUnavailable", err)
	}
	// a new connection may take its time on a busy machine
	postgres.LimitTransactions(e, time.Minute)
	if err := transact(nothing); err != nil {
		t.Errorf("the next connection gives %v", err)
	}
	postgres.LimitTransactions(e, 5*time.Second) // the transaction must begin within it, too
	if err := transact(w.silence); !errors.Is(err, callbacks.ErrUncertain) {
		t.Errorf("a commit without an answer gives %v, want ErrUncertain", err)
	}
}
