package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // for databases of tests
)

var databases atomic.Int64

// newDatabase is the URL of an empty PostgreSQL database of the test's own. Without a server the
// tests fail rather than pass unseen.
func newDatabase(t *testing.T) string {
	t.Helper()
	given := os.Getenv("TEST_POSTGRES_URL")
	if given == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: run scripts/with-postgres.sh go test ./..., or go test -short without PostgreSQL")
	}
	u, err := url.Parse(given)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_URL: %v", err)
	}
	name := fmt.Sprintf("countersign_web_%d_%d", os.Getpid(), databases.Add(1))
	exec := func(statement string) {
		db, err := sql.Open("pgx", given)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec("create database " + name)
	t.Cleanup(func() { exec("drop database " + name + " with (force)") })
	u.Path = "/" + name
	return u.String()
}
