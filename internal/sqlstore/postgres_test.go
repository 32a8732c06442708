package sqlstore_test

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/assignment/assignmenttest"
	"countersign/internal/batch/batchtest"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation/delegationtest"
	"countersign/internal/delivery/deliverytest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/discovery/discoverytest"
	"countersign/internal/notice/noticetest"
	"countersign/internal/readquota"
	"countersign/internal/readquota/readquotatest"
	"countersign/internal/record/recordtest"
	"countersign/internal/rollout"
	"countersign/internal/rollout/rollouttest"
	"countersign/internal/savedview/savedviewtest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/upkeep/upkeeptest"
)

// server is the PostgreSQL that the tests may use.
func server(t testing.TB) *url.URL { return sqlstoretest.PostgresServer(t) }

// newDatabase is the URL of an empty, migrated database of the test's own.
func newDatabase(t testing.TB) string { return sqlstoretest.NewPostgresDatabase(t) }

func exec(t testing.TB, u *url.URL, statement string) { sqlstoretest.Exec(t, u, statement) }

func database(u *url.URL, name string) string {
	copied := *u
	copied.Path = "/" + name
	return copied.String()
}

// openPostgres opens a database of the test's own. The survey of its connections has tests of its
// own and would take longer than most others.
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
	open := func(t *testing.T) storetest.Store { return openPostgres(t) }
	storetest.RunStore(t, open)
	deliverytest.Run(t, open)
	upkeeptest.Run(t, open)
	discoverytest.Run(t, open)
	readquotatest.Run(t, open)
	rollouttest.Run(t, open)
	delegationtest.Run(t, open)
	batchtest.Run(t, open)
	assignmenttest.Run(t, func(t *testing.T) assignmenttest.Stores {
		s := openPostgres(t)
		return assignmenttest.Stores{Desk: s, Assignments: s.Assignments()}
	})
	savedviewtest.Run(t, func(t *testing.T) savedviewtest.Stores {
		s := openPostgres(t)
		return savedviewtest.Stores{People: s, Views: s.Views()}
	})
	storetest.RunPeople(t, open)
	recordtest.Run(t, func(t *testing.T) recordtest.Stores {
		s := openPostgres(t)
		return recordtest.Stores{Desk: s, Record: s.Decisions()}
	})
	noticetest.Run(t, func(t *testing.T) noticetest.Stores { return partsOf(openPostgres(t)) })
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
		err := s.ChangeQuota(t.Context(), arn.Lane{Region: "eu-west-1"}, ours, func(_ *readquota.Quota, now time.Time) { said = append(said, now) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if apart := said[1].Sub(said[0]); apart < 0 || apart > time.Minute {
		t.Errorf("two replicas are told times that are %v apart, want those of one clock", apart)
	}
}

// TestPostgresLostCommit: whether a commit without an answer took place is not known, and is not
// said.
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

// TestPostgresNewerTables: during an upgrade a newer replica adds columns, and the older ones work
// on until they are replaced.
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
		check(s.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
			c.Bookkeeping = true
			review := callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now}
			c.Reviews = append(c.Reviews, review)
			return nil
		}))
		check(s.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			callbackstest.DecidedBy("ada", now)(&c.Callback)
			c.NextHeartbeatAt = now
			c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now}
			return nil
		}))
		check(s.ClaimDeliveries(t.Context(), now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10, nil))
		check(s.Change(t.Context(), c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
			c.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: now, EndedAt: now}}
			return c.Delivery.Release("w", 1)
		}))
		check(s.ClaimHeartbeats(t.Context(), now, 10))
		check(s.List(t.Context(), desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll}, AllQueues: true, Now: now}))
		check(s.Audit(t.Context(), desk.AuditQuery{Limit: 10}))
		check(s.Content(t.Context(), c.ID))
		check(nil, s.ReportReplica(t.Context(), rollout.Replica{Name: "a", SeenAt: now}))
		check(s.Replicas(t.Context(), now, 1))
		check(s.ConfigVersions(t.Context(), 1))
		check(nil, s.ChangeQuota(t.Context(), arn.Lane{Region: "eu-west-1"}, now, func(*readquota.Quota, time.Time) {}))
	}
	live()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"callbacks", "contents", "deliveries", "reviews", "audit", "messages", "sessions", "watches", "executions", "read_quotas", "signatures", "config_versions", "replicas", "notices", "notice_changes", "notice_reach", "notice_messages", "notice_pauses", "notice_settings", "push_subscriptions", "channel_accounts"} {
		exec(t, u, "alter table "+table+" add column later text")
	}
	live()
	exec(t, u, "insert into goose_db_version (version_id, is_applied) values (99, true)")
	if newer, err := sqlstore.Open(t.Context(), at); err == nil || !strings.Contains(err.Error(), "start the newer version") {
		t.Errorf("tables of a newer version are opened: %v, %v", newer, err)
	}
}

var scanned = regexp.MustCompile(`Scan .*actual rows=(\d+) loops=(\d+)`)

// TestPostgresReadsAPage looks how many rows PostgreSQL reads for a page: those of the page from
// each arm, and not all that wait; and for a search each candidate once, whatever the planner knows
// of the tables.
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
			filter desk.Filter
			most   int
		}{
			"Available": {desk.Filter{Scope: desk.ScopeAvailable}, 11},
			"All":       {desk.Filter{Scope: desk.ScopeAll}, 11},
			"Function":  {desk.Filter{Scope: desk.ScopeAvailable, Function: "orders-1"}, 11},
			"Search":    {desk.Filter{Scope: desk.ScopeAvailable, Search: "approve"}, n},
		} {
			tt.filter.Limit = 10
			lines, err := s.ExplainList(t.Context(), desk.Query{Filter: tt.filter, Queues: few, Now: callbackstest.T0})
			if err != nil {
				t.Fatal(err)
			}
			readsAtMost(t, fmt.Sprintf("%s, analysed %t", name, analysed), lines, tt.most)
		}
	}
}

// readsAtMost looks how many rows each step of a statement read.
func readsAtMost(t *testing.T, name string, lines []string, most int) {
	t.Helper()
	for _, line := range lines {
		if found := scanned.FindStringSubmatch(line); found != nil {
			rows, _ := strconv.Atoi(found[1])
			loops, _ := strconv.Atoi(found[2])
			if rows*loops > most {
				t.Errorf("%s: reads %d rows, want at most %d:\n%s", name, rows*loops, most, strings.Join(lines, "\n"))
				return
			}
		}
	}
}

// TestPostgresReadsAPageOfTheAudit: of very many entries, PostgreSQL reads those of the page, or
// of a day in which somebody did little.
func TestPostgresReadsAPageOfTheAudit(t *testing.T) {
	t.Parallel()
	u := newDatabase(t)
	s, err := sqlstore.Open(t.Context(), u)
	callbackstest.Must(t, err)
	defer s.Close()
	parsed, err := url.Parse(u)
	callbackstest.Must(t, err)
	exec(t, parsed, `insert into audit (at, actor_kind, actor_id, actor_name, action, callback, queue, from_state, to_state, detail)
		select n * 60000, (array['person', 'system', 'source'])[n % 3 + 1], 'actor ' || n % 7, '', 'action ' || n % 5, 'callback ' || n % 1000, 'q', '', '', ''
		from generate_series(1, 20000) as n`)
	day := func(n int64) time.Time { return time.UnixMilli(n * 24 * 60 * 60_000) }
	exec(t, parsed, "analyze")
	for name, q := range map[string]desk.AuditQuery{
		"All": {}, "People": {People: true}, "Days": {From: day(3), Until: day(4)}, "People, days": {People: true, From: day(3), Until: day(4)},
		"Actors": {Actors: []string{"actor 1", "actor 2"}}, "Actor, days": {Actors: []string{"actor 1"}, From: day(3), Until: day(4)},
		"Action": {Action: "action 1"}, "Action, days": {Action: "action 1", Until: day(4)}, "Callback": {Callback: "callback 7"},
	} {
		for _, q.Before = range []int64{0, 6000} {
			q.Limit = 50
			lines, err := s.ExplainAudit(t.Context(), q)
			callbackstest.Must(t, err)
			readsAtMost(t, name, lines, 250)
		}
	}
}
