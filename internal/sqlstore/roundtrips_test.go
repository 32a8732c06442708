package sqlstore_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/internal/sqlstore"
)

// relay passes one connection on to PostgreSQL and counts round trips: how often the client sends
// after the server has.
type relay struct {
	listener net.Listener
	server   string
	trips    atomic.Int64
	answered atomic.Bool // the server has sent since the client did
	all      sync.WaitGroup
}

func newRelay(t *testing.T, server string) *relay {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, server: server}
	r.all.Go(r.accept)
	t.Cleanup(func() {
		_ = l.Close()
		r.all.Wait()
	})
	return r
}

func (r *relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", r.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		r.all.Go(func() {
			pass(far, near, func() {
				if r.answered.Swap(false) {
					r.trips.Add(1)
				}
			})
		})
		r.all.Go(func() { pass(near, far, func() { r.answered.Store(true) }) })
	}
}

// pass copies until one side closes, and tells of everything that comes.
func pass(to, from net.Conn, tell func()) {
	defer func() { _ = to.Close() }()
	buffer := make([]byte, 1<<20)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		tell()
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestPostgresRoundTrips holds how often the transactions of a callback's life wait for PostgreSQL.
// The first life prepares the statements; of the others the least counts, because a connection that
// was idle for a second is tried before it is used.
func TestPostgresRoundTrips(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u, err := url.Parse(newDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(t, u.Host)
	u.Host = r.listener.Addr().String()
	s, err := sqlstore.Open(t.Context(), u.String(), sqlstore.Surveying(1))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Tell(true) // a change noted for messages waits for nothing
	least := map[string]int{}
	for life := range 4 {
		for _, step := range sqlstore.Life(t, s, fmt.Sprint(life)) {
			before := r.trips.Load()
			if err := step.Do(); err != nil {
				t.Fatalf("%s: %v", step.Name, err)
			}
			n := int(r.trips.Load() - before)
			if known, ok := least[step.Name]; life > 0 && (!ok || n < known) {
				least[step.Name] = n
			}
		}
	}
	for name, cost := range sqlstore.Costs {
		if least[name] != cost.Trips {
			t.Errorf("%s: %d round trips, want %d", name, least[name], cost.Trips)
		}
	}
}
