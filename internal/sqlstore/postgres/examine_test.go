package postgres

import "testing"

// TestHosts: each host that may be the server is named once, however it is encrypted.
func TestHosts(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://app@db/desk":                                  "db:5432",
		"postgres://app@db/desk?sslmode=prefer":                   "db:5432",
		"postgres://app@db-1,db-2:6432/desk?sslmode=prefer":       "db-1:5432, db-2:6432",
		"postgres://app@db-1,db-2/desk?sslmode=verify-full":       "db-1:5432, db-2:5432",
		"postgres://app@pooler:5432,pooler:6432/desk":             "pooler:5432, pooler:6432",
		"postgres://app@[2001:db8::1]/desk":                       "[2001:db8::1]:5432",
		"postgres://app@/desk?host=/var/run/postgresql&port=5433": "/var/run/postgresql/.s.PGSQL.5433",
	} {
		config, err := parse(url)
		if err != nil {
			t.Fatal(url, err)
		}
		if got := hosts(config); got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
}
