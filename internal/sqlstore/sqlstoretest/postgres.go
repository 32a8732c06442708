package sqlstoretest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/internal/sqlstore"
)

var (
	template  = fmt.Sprintf("countersign_template_%d", os.Getpid())
	copied    sync.Once
	databases atomic.Int64
)

// PostgresServer returns the URL of the PostgreSQL that the tests may use. If there is none, the
// test fails; skipping it could go unnoticed.
func PostgresServer(t testing.TB) *url.URL {
	t.Helper()
	given := os.Getenv("TEST_POSTGRES_URL")
	if given == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: run scripts/with-postgres.sh go test ./..., or go test -short without PostgreSQL")
	}
	u, err := url.Parse(given)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_URL: %v", err)
	}
	return u
}

// Exec runs a statement on a PostgreSQL database.
func Exec(t testing.TB, u *url.URL, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// NewPostgresDatabase returns the URL of an empty, migrated database for this test, which is
// dropped when the test ends. It is a copy of a database that is migrated once per process.
func NewPostgresDatabase(t testing.TB) string {
	t.Helper()
	u := PostgresServer(t)
	copied.Do(func() {
		Exec(t, u, "drop database if exists "+template)
		Exec(t, u, "create database "+template)
		s, err := sqlstore.Open(t.Context(), named(u, template))
		if err != nil {
			t.Fatalf("open the template: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("close the template: %v", err)
		}
	})
	name := fmt.Sprintf("countersign_%d_%d", os.Getpid(), databases.Add(1))
	// Copying the files is twice as fast as logging each page.
	Exec(t, u, "create database "+name+" template "+template+" strategy file_copy")
	t.Cleanup(func() { Exec(t, u, "drop database "+name+" with (force)") })
	return named(u, name)
}

// named returns the URL of another database on the same server.
func named(u *url.URL, name string) string {
	other := *u
	other.Path = "/" + name
	return other.String()
}
