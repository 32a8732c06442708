package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/cmd/internal/deskprocess/deskprocesstest"
	"countersign/cmd/internal/postgres"
)

// TestNothingIsLost is the short run: both worlds at once, without restarts of PostgreSQL, which
// others use.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	binary := deskprocesstest.Build(t)
	worlds := map[string]setting{
		"SQLite": {processes: 1, database: "sqlite://" + filepath.Join(t.TempDir(), "desk.db")},
	}
	if !testing.Short() { // -short is for machines without PostgreSQL
		worlds["PostgreSQL"] = setting{processes: 3, database: newDatabase(t)}
	}
	for name, s := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.name, s.binary, s.folder, s.progress = name, binary, filepath.Join(t.TempDir(), "logs"), t.Output()
			p := short
			p.seed = 1
			c, err := happen(t.Context(), p, s)
			if err != nil {
				t.Fatal(err)
			}
			if err := report(t.Output(), t.Output(), []column{c}); err != nil {
				t.Error(err)
			}
			// A run in which nothing went wrong would prove nothing.
			if c.suffered.kills != p.kills || c.heartbeats.taken == 0 || c.of[deliveredOnce] == 0 || c.of[deliveredAgain] == 0 || c.of[lostToClient] == 0 ||
				c.of[decidedTogether] == 0 || c.of[changedMind] == 0 || c.of[actedFor] == 0 || c.of[byEscalation] == 0 || c.of[inOneGo] == 0 {
				t.Error("hardly anything happened")
			}
			for at, killed := range c.suffered.atPoints {
				if killed != p.killsAtPoint {
					t.Errorf("killed %d times at %q, want %d", killed, pointNames[at], p.killsAtPoint)
				}
			}
			if c.of[decided]+c.of[undecided] != p.decisions+p.kept+p.inBatch {
				t.Errorf("%d and %d decisions are counted, want %d in all", c.of[decided], c.of[undecided], p.decisions+p.kept+p.inBatch)
			}
		})
	}
}

// newDatabase is the URL of an empty PostgreSQL database of the test's own.
func newDatabase(t *testing.T) string {
	t.Helper()
	given := os.Getenv("TEST_POSTGRES_URL")
	u, err := url.Parse(given)
	if given == "" || err != nil {
		t.Fatal("TEST_POSTGRES_URL names no server: run make test, or scripts/with-postgres.sh go test ./cmd/chaos")
	}
	name := "chaos_" + strings.ToLower(rand.Text())
	do := func(statement string) {
		db, err := sql.Open("pgx", given)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	do("create database " + name)
	t.Cleanup(func() { do("drop database " + name + " with (force)") })
	u.Path = "/" + name
	return u.String()
}

// TestDrawsAreRepeated: a seed gives the same blows and the same fates.
func TestDrawsAreRepeated(t *testing.T) {
	t.Parallel()
	draws := func(seed uint64) (all []any) {
		p := full
		p.seed = seed
		w := &world{plan: p, setting: setting{processes: 3, server: &postgres.Server{}}}
		for _, b := range w.draw() {
			all = append(all, b)
		}
		for n := range 50 {
			d := w.newDecision(n)
			all = append(all, d.fate, d.question, w.newReviewer(d).person.Subject)
		}
		return all
	}
	first, again, other := draws(1), draws(1), draws(2)
	var different int
	for i := range first {
		if first[i] != again[i] {
			t.Errorf("draw %d is %v, then %v", i, first[i], again[i])
		}
		if first[i] != other[i] {
			different++
		}
	}
	if different == 0 {
		t.Error("another seed draws the same")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		err  string
	}{
		"Help":          {[]string{"-h"}, ""},
		"UnknownFlag":   {[]string{"-gently"}, "-gently"},
		"UnknownWorld":  {[]string{"-only", "mysql"}, "mysql"},
		"BinaryMissing": {[]string{"-only", "sqlite", "-binary", "/nowhere/countersign"}, "/nowhere/countersign"},
		"BinaryFails":   {[]string{"-only", "sqlite", "-binary", "/bin/false"}, "did not start"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), tt.args, t.Output(), t.Output())
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %v, want an error with %q", err, tt.err)
			}
		})
	}
}
