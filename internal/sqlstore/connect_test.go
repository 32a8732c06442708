package sqlstore_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestPostgresReadOnly: a database that takes no writes is not ready, and is again by itself,
// although connections that began meanwhile would stay read-only for ever.
func TestPostgresReadOnly(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	at := newDatabase(t)
	name := strings.TrimPrefix(parsed(t, at).Path, "/")
	set := func(to string) { exec(t, server(t), "alter database "+name+" set default_transaction_read_only = "+to) }
	set("on")
	s, err := sqlstore.Open(t.Context(), at)
	if err != nil {
		t.Fatalf("a desk that cannot write for a while does not start: %v", err)
	}
	defer s.Close()
	err = s.Ping(t.Context())
	if !errors.Is(err, callbacks.ErrReadOnly) || !strings.Contains(err.Error(), "default_transaction_read_only") {
		t.Errorf("ping gives %v", err)
	}
	record := func() error {
		return s.Record(t.Context(), callbacks.AuditEntry{Action: callbacks.ActionSignedIn, At: time.Unix(1, 0)})
	}
	if err := record(); !errors.Is(err, callbacks.ErrReadOnly) || errors.Is(err, callbacks.ErrUncertain) {
		t.Errorf("a write gives %v", err)
	}
	set("off")
	for limit := time.Now().Add(patience); err != nil && time.Now().Before(limit); {
		err = s.Ping(t.Context())
	}
	if err := errors.Join(err, record()); err != nil {
		t.Errorf("after it takes writes again: %v", err)
	}
}

// limited is the URL of a database for a user who may have so many connections.
func limited(t *testing.T, user, connections string) string {
	t.Helper()
	u := parsed(t, newDatabase(t))
	owner := u.User.Username()
	exec(t, server(t), "drop role if exists "+user)
	exec(t, server(t), "create role "+user+" login password 'secret' in role "+owner+" connection limit "+connections)
	t.Cleanup(func() { exec(t, server(t), "drop role "+user) })
	u.User = url.UserPassword(user, "secret")
	return u.String()
}

// TestPostgresFewConnections: too few connections are told at the start, with the limit's name and
// how many it takes.
func TestPostgresFewConnections(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	at := limited(t, "countersign_limited", "4")
	said := ""
	s, err := sqlstore.Open(t.Context(), at, sqlstore.WithCaution(func(caution string) { said += caution }))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, want := range []string{"gave 4 of the 21 connections", `too many connections for role "countersign_limited"`} {
		if !strings.Contains(said, want) {
			t.Errorf("it is not said that %s: %s", want, said)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("it does not work with those: %v", err)
	}
	d, err := sqlstore.Examine(t.Context(), at, time.Now)
	if err != nil || d.Server.Given >= d.Server.Needed || d.Server.Needed != 21 || d.Server.Shortage == nil {
		t.Errorf("doctor is told %+v, %v", d.Server, err)
	}
}

// TestPostgresNoConnection: none at all is the server's own words, at once.
func TestPostgresNoConnection(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	s, err := sqlstore.Open(t.Context(), limited(t, "countersign_shut_out", "0"))
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, callbacks.ErrUnavailable) || !strings.Contains(err.Error(), "too many connections for role") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

// TestPostgresEnough: nothing is said of a database on this machine that gives enough.
func TestPostgresEnough(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	s, err := sqlstore.Open(t.Context(), newDatabase(t), sqlstore.WithCaution(func(caution string) { t.Errorf("it says %q", caution) }))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
}
