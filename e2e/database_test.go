package e2e_test

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// databases are what the desk can keep its data in, as changes of its settings.
var databases = map[string]func(t *testing.T) func(settings map[string]string){
	"SQLite": func(*testing.T) func(map[string]string) { return func(map[string]string) {} },
	"PostgreSQL": func(t *testing.T) func(map[string]string) {
		t.Helper()
		address := newPostgres(t)
		return func(settings map[string]string) {
			settings["DATABASE_URL"], settings["SESSION_KEY"] = address, sessionKey
		}
	},
}

// sessionKey encrypts sessions in PostgreSQL; with SQLite the desk makes its own.
const sessionKey = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4="

// newPostgres makes a database for one test on the server that TEST_POSTGRES_URL names.
func newPostgres(t *testing.T) (address string) {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES_URL")
	if server == "" {
		t.Fatal("TEST_POSTGRES_URL names no PostgreSQL server: run make test, or scripts/with-postgres.sh go test ./e2e")
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	name := "e2e_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("create database " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("drop database " + name); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
