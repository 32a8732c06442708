package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

// template is a migrated database that each test gets a copy of.
const template = "countersign_template"

var databases atomic.Int64

// server is the URL of the PostgreSQL that the tests may use. Without one the tests fail rather than pass unseen.
func server(t testing.TB) *url.URL {
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

func database(u *url.URL, name string) string {
	copied := *u
	copied.Path = "/" + name
	return copied.String()
}

func exec(t testing.TB, u *url.URL, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

var migrated sync.Once

// newDatabase is the URL of an empty, migrated database of the test's own.
func newDatabase(t testing.TB) string {
	t.Helper()
	u := server(t)
	migrated.Do(func() {
		exec(t, u, "drop database if exists "+template)
		exec(t, u, "create database "+template)
		s, err := sqlstore.Open(t.Context(), database(u, template), sqlstore.Surveying(1))
		if err != nil {
			t.Fatalf("open the template: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("close the template: %v", err)
		}
	})
	name := fmt.Sprintf("countersign_%d_%d", os.Getpid(), databases.Add(1))
	// Copying the files is twice as fast as logging each page of them.
	exec(t, u, "create database "+name+" template "+template+" strategy file_copy")
	t.Cleanup(func() { exec(t, u, "drop database "+name+" with (force)") })
	return database(u, name)
}

// openPostgres opens a database of the test's own. The survey of its connections has tests of its own
// and would take longer than most others.
func openPostgres(t testing.TB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), newDatabase(t), sqlstore.Surveying(1))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	server(t)
	callbackstest.RunStore(t, func(t *testing.T) callbackstest.Store { return openPostgres(t) })
	callbackstest.RunPeople(t, func(t *testing.T) callbacks.People { return openPostgres(t) })
}

// TestPostgresOneClock: replicas share the budgets although their clocks do not agree.
func TestPostgresOneClock(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	s := openPostgres(t)
	var said []time.Time
	for _, ours := range []time.Time{callbackstest.T0, callbackstest.T0.Add(time.Hour)} {
		err := s.ChangeBudget(t.Context(), callbacks.Lane{Region: "eu-west-1"}, ours, func(_ *callbacks.ReadBudget, now time.Time) { said = append(said, now) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if apart := said[1].Sub(said[0]); apart < 0 || apart > time.Minute {
		t.Errorf("two replicas are told times that are %v apart, want those of one clock", apart)
	}
}

// TestPostgresLostCommit: whether a commit without an answer took place is not known, and is not said.
func TestPostgresLostCommit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	err := openPostgres(t).CommitWithoutServer(t.Context())
	if !errors.Is(err, callbacks.ErrUncertain) || !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("got %v, want ErrUncertain and ErrUnavailable", err)
	}
}

// TestPostgresNewerTables: during an upgrade a newer replica adds columns, and the older ones work on until they are replaced.
func TestPostgresNewerTables(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	at := newDatabase(t)
	s, err := sqlstore.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	live := func() {
		t.Helper()
		now, c := callbackstest.T0, put(t, s)
		check := func(_ any, err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		check(s.Review(t.Context(), c.ID, func(c *callbacks.Callback, _ []callbacks.Review) ([]callbacks.Review, callbacks.AuditEntry, error) {
			review := callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now}
			return []callbacks.Review{review}, callbacks.AuditEntry{}, nil
		}))
		check(s.Update(t.Context(), c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
			callbackstest.DecidedBy("ada", now)(c)
			c.NextHeartbeatAt = now
			return callbacks.Change{Delivery: &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now}}, nil
		}))
		check(s.ClaimDeliveries(t.Context(), now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10, nil))
		check(s.FinishDelivery(t.Context(), "w", callbacks.Attempt{Number: 1}, c.ID, func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error) {
			return callbacks.AuditEntry{}, nil
		}))
		check(s.ClaimHeartbeats(t.Context(), now, 10))
		check(s.List(t.Context(), callbacks.Query{Filter: callbacks.Filter{Scope: callbacks.ScopeAll}, AllQueues: true, Now: now}))
		check(s.Audit(t.Context(), callbacks.AuditQuery{Limit: 10}))
		check(s.Content(t.Context(), c.ID))
		check(nil, s.ChangeBudget(t.Context(), callbacks.Lane{Region: "eu-west-1"}, now, func(*callbacks.ReadBudget, time.Time) {}))
	}
	live()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"callbacks", "contents", "deliveries", "attempts", "reviews", "audit", "messages", "sessions", "watches", "executions", "read_quotas"} {
		exec(t, u, "alter table "+table+" add column later text")
	}
	live()
	exec(t, u, "insert into goose_db_version (version_id, is_applied) values (99, true)")
	if newer, err := sqlstore.Open(t.Context(), at); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("tables of a newer version are opened: %v, %v", newer, err)
	}
}

// TestPostgresWaitEnds: who waits for a connection gives up with the request, however long the others take.
func TestPostgresWaitEnds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	s := openPostgres(t)
	var busy sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	for range sqlstore.MaxConnections {
		c := put(t, s)
		busy.Go(func() {
			_, _ = s.Update(t.Context(), c.ID, func(*callbacks.Callback) (callbacks.Change, error) { // its end is not what is tested
				holding <- struct{}{}
				<-release
				return callbacks.Change{}, nil
			})
		})
	}
	for range sqlstore.MaxConnections {
		<-holding
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Ping(soon); !errors.Is(err, callbacks.ErrUnavailable) || !strings.Contains(err.Error(), "all 20 connections") {
		t.Errorf("ready does not say what it waited for: %v", err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		waits <- s.Record(ctx, callbacks.AuditEntry{Action: callbacks.ActionSignedIn, At: callbackstest.T0})
	}()
	giveUp()
	if err := <-waits; !errors.Is(err, callbacks.ErrUnavailable) && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	busy.Wait()
}

var scanned = regexp.MustCompile(`Scan .*actual rows=(\d+) loops=(\d+)`)

// TestPostgresReadsAPage looks how many rows PostgreSQL reads for a page: those of the page from each arm, and not all that
// wait; and for a search each candidate once, whatever the planner knows of the tables.
func TestPostgresReadsAPage(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u := newDatabase(t)
	s, err := sqlstore.Open(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const n = 1000
	fill(t, s, n)
	few := []string{"queue-1", "queue-2"}
	for _, analysed := range []bool{false, true} {
		if analysed {
			parsed, err := url.Parse(u)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, parsed, "analyze")
		}
		for name, tt := range map[string]struct {
			filter callbacks.Filter
			most   int
		}{
			"Available": {callbacks.Filter{Scope: callbacks.ScopeAvailable}, 11},
			"All":       {callbacks.Filter{Scope: callbacks.ScopeAll}, 11},
			"Function":  {callbacks.Filter{Scope: callbacks.ScopeAvailable, Function: "orders-1"}, 11},
			"Search":    {callbacks.Filter{Scope: callbacks.ScopeAvailable, Search: "approve"}, n},
		} {
			tt.filter.Limit = 10
			lines, err := s.ExplainList(t.Context(), callbacks.Query{Filter: tt.filter, Queues: few, Now: callbackstest.T0})
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				if found := scanned.FindStringSubmatch(line); found != nil {
					rows, _ := strconv.Atoi(found[1])
					loops, _ := strconv.Atoi(found[2])
					if rows*loops > tt.most {
						t.Errorf("%s, analysed %t: reads %d rows, want at most %d:\n%s", name, analysed, rows*loops, tt.most, strings.Join(lines, "\n"))
						break
					}
				}
			}
		}
	}
}
