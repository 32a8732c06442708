package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
	"countersign/internal/sqlstore/engine"
)

// recorder notes the text of every statement that a store runs.
type recorder struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (r *recorder) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts[text] = true
}

// take returns what was noted since the last time.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var texts []string
	for text := range r.texts {
		texts = append(texts, text)
	}
	clear(r.texts)
	slices.Sort(texts)
	return texts
}

// BeforeQuery is for bun.
func (r *recorder) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery is for bun.
func (r *recorder) AfterQuery(_ context.Context, e *bun.QueryEvent) { r.note(e.Query) }

type recordedStatements struct {
	engine.Statements
	recorder *recorder
}

func (s recordedStatements) Exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	s.recorder.note(text)
	return s.Statements.Exec(ctx, text, args)
}

func (s recordedStatements) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	s.recorder.note(text)
	return s.Statements.Query(ctx, text, args)
}

func openRecorded(t *testing.T) (*Store, *recorder) {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := &recorder{texts: map[string]bool{}}
	transact := s.transact
	s.db = s.db.WithQueryHook(r)
	s.transact = func(ctx context.Context, fn func(context.Context, *tx) error) error {
		return transact(ctx, func(ctx context.Context, t *tx) error {
			recorded := *t
			recorded.statements = recordedStatements{t.statements, r}
			return fn(ctx, &recorded)
		})
	}
	return s, r
}

// plan is how SQLite would run a statement, one step a line.
func plan(t *testing.T, s *Store, text string) []string {
	t.Helper()
	found, err := s.db.DB.QueryContext(t.Context(), "explain query plan "+strings.ReplaceAll(text, "?", "1"))
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer found.Close()
	var steps []string
	for found.Next() {
		var id, parent, unused int
		var step string
		if err := found.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// walks reports a step that reads a whole table, and sorts one that sorts what it read. Watched
// functions and regions are few enough to be read whole.
func walks(step string) bool {
	for _, table := range []string{"callbacks", "contents", "deliveries", "attempts", "reviews", "messages", "sessions", "executions"} {
		if step == "SCAN "+table || strings.HasPrefix(step, "SCAN "+table+" ") {
			return true
		}
	}
	return false
}

// narrowed reports a statement that has its callbacks from another index; it must not walk an order
// as well.
func narrowed(text string) bool { return strings.Contains(text, "as candidates") }

var orderIndex = regexp.MustCompile(`INDEX callbacks_(pending|under_way|ended)_by_(queue_|function_)?(deadline|arrival|end) `)

func walksOrder(step string) bool { return orderIndex.MatchString(step) }

func sorts(step string) bool { return strings.Contains(step, "TEMP B-TREE") }

func TestPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	exercise(t, s)
	for _, text := range r.take() {
		// The names of functions are made distinct, and what waits is counted by queue.
		few := strings.Contains(text, functionsText) || strings.Contains(text, "group by queue")
		for _, step := range plan(t, s, text) {
			if walks(step) || sorts(step) && !few {
				t.Errorf("%s\n  in: %s", step, text)
			}
		}
	}
}

// TestInExecutionPlan: an execution has few callbacks, but very many may be pending, or completed.
func TestInExecutionPlan(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	if _, err := s.InExecution(t.Context(), "arn", callbacks.Pending, "", 10); err != nil {
		t.Fatal(err)
	}
	if _, err := s.InExecution(t.Context(), "arn", callbacks.Completed, "before", 10); err != nil {
		t.Fatal(err)
	}
	for _, text := range r.take() {
		for _, step := range plan(t, s, text) {
			cursor := strings.HasPrefix(step, "SCALAR SUBQUERY") || strings.HasSuffix(step, "(id=?)")
			if !cursor && !strings.Contains(step, "INDEX callbacks_by_execution ") {
				t.Errorf("%s\n  in: %s", step, text)
			}
		}
	}
}

// TestUnattendedPlan: very many may be pending, and few of them end by a missing heartbeat.
func TestUnattendedPlan(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	unattended := callbacks.Filter{Scope: callbacks.ScopeAvailable, Ends: callbacks.Ends{Unattended: true}}
	for _, q := range []callbacks.Query{{Filter: unattended, AllQueues: true}, {Filter: unattended, Queues: []string{"a", "b"}}} {
		if _, err := s.Count(t.Context(), q, 100); err != nil {
			t.Fatal(err)
		}
		for _, text := range r.take() {
			for _, step := range plan(t, s, text) {
				if strings.Contains(step, " callbacks ") && !strings.Contains(step, "INDEX callbacks_unattended") {
					t.Errorf("%s\n  in: %s", step, text)
				}
			}
		}
	}
}

// TestListPlans asks every kind of list and count. A search, a person's own list and a reader of
// very many queues sort what they find; everything else is read in order from an index, and only
// from the part that the reader may see.
func TestListPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	many := make([]string, 500)
	for i := range many {
		many[i] = fmt.Sprint("q", i)
	}
	now := callbackstest.T0
	filters := map[string]callbacks.Filter{
		"Plain":      {},
		"Function":   {Function: "orders"},
		"Queue":      {Queue: "a"},
		"Both":       {Function: "orders", Queue: "a"},
		"States":     {States: []callbacks.State{callbacks.Pending, callbacks.Lost}},
		"Ends":       {Ends: callbacks.Ends{From: now, Before: now.Add(time.Hour)}},
		"Never":      {Ends: callbacks.Ends{Never: true}},
		"Unattended": {Ends: callbacks.Ends{Unattended: true}},
		"Received":   {ReceivedFrom: now, ReceivedBefore: now.Add(time.Hour)},
		"Search":     {Search: "approve 4711"},
		"Found":      {Source: callbacks.SourceDiscovery},
		"Source":     {Source: "shop"},
		"Announced":  {Source: callbacks.SourceAnnounced},
		"Gone":       {Gone: true},
		"Both gone":  {Source: callbacks.SourceAnnounced, Gone: true},
	}
	scopes := []callbacks.Scope{callbacks.ScopeAvailable, callbacks.ScopeMine, callbacks.ScopeAttention, callbacks.ScopeHistory, callbacks.ScopeAll}
	for name, f := range filters {
		for _, f.Scope = range scopes {
			for _, f.Order = range []callbacks.Order{"", callbacks.OrderDeadline, callbacks.OrderNewest} {
				for _, q := range []callbacks.Query{{AllQueues: true}, {AllQueues: true, Operator: true}, {Queues: []string{"a", "b", "c"}}} {
					q.Filter = f
					checkList(t, s, r, name, q, sortsFound(f))
				}
			}
			f.Order = ""
			f.After = &callbacks.Cursor{Key: now.UnixMilli(), ID: "x"}
			checkList(t, s, r, name, callbacks.Query{Filter: f, Queues: []string{"a", "b"}}, sortsFound(f))
		}
	}
	checkList(t, s, r, "Plain", callbacks.Query{Filter: callbacks.Filter{Scope: callbacks.ScopeAll}, Queues: many}, true)
}

// checkList asks for a page and a count, and looks how SQLite finds them.
func checkList(t *testing.T, s *Store, r *recorder, name string, q callbacks.Query, maySort bool) {
	t.Helper()
	q.Person, q.Now, q.Limit = "ada", callbackstest.T0, 50
	if _, err := s.List(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	checkPlans(t, s, r, fmt.Sprintf("list %s %s by %q", q.Scope, name, q.Order), maySort)
	if q.Order != "" { // a count is the same in every order
		return
	}
	if _, err := s.Count(t.Context(), q, 100); err != nil {
		t.Fatal(err)
	}
	checkPlans(t, s, r, fmt.Sprintf("count %s %s", q.Scope, name), false)
}

// sortsFound reports whether a list sorts what it has found by another index: a search, a person's
// own list, and a range of a time that is not the one that the list is sorted by.
func sortsFound(f callbacks.Filter) bool {
	ranges := map[string]bool{
		"deadline":    f.Ends != callbacks.Ends{},
		"received_at": !f.ReceivedFrom.IsZero(),
		"ended_at":    f.Scope == callbacks.ScopeAttention, // lost within seven days
	}
	delete(ranges, orders[f.SortedBy()].column)
	return f.Search != "" || f.Scope == callbacks.ScopeMine || slices.Contains(slices.Collect(maps.Values(ranges)), true)
}

func checkPlans(t *testing.T, s *Store, r *recorder, query string, maySort bool) {
	t.Helper()
	for _, text := range r.take() {
		for _, step := range plan(t, s, text) {
			if walks(step) || sorts(step) && !maySort || narrowed(text) && walksOrder(step) {
				t.Errorf("%s: %s\n  in: %.600s", query, step, text)
			}
		}
	}
}

// exercise runs every method that is not a list.
func exercise(t *testing.T, s *Store) {
	t.Helper()
	ctx, now := t.Context(), callbackstest.T0
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, now))
	entry := callbackstest.Entry(c, callbacks.ActionReceived, now)
	for range 2 {
		_, err := s.Receive(ctx, callbacks.Message{Source: "shop", ID: "m", At: now}, c, callbacks.Content{}, "f", entry)
		check(err)
	}
	_, err := s.Receive(ctx, callbacks.Message{}, c, callbacks.Content{}, "f", entry)
	check(err)
	_, err = s.Content(ctx, c.ID)
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", now)(&c.Callback)
		c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now}
		return c.Record(entry, nil)
	})
	check(err)
	_, err = s.ClaimDeliveries(ctx, now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10, []callbacks.Lane{{Region: "elsewhere"}})
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Undeliverable, now)(&c.Callback)
		c.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: now, EndedAt: now}}
		c.Delivery.DueAt = time.Time{}
		return c.Record(entry, c.Delivery.Release("w", 1))
	})
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		return c.Record(c.Retry(c.Delivery, now, callbackstest.Person("ops")))
	})
	check(err)
	_, err = s.Delivery(ctx, c.ID)
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		c.Reviews = []callbacks.Review{{ID: "r", Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now}}
		return c.Record(entry, nil)
	})
	check(err)
	_, err = s.Reviews(ctx, c.ID)
	check(err)
	_, err = s.CloseReviews(ctx, now, now, 10)
	check(err)
	_, err = s.ClaimHeartbeats(ctx, now, 10)
	check(err)
	_, err = s.Expired(ctx, now, "", 10)
	check(err)
	_, err = s.Expired(ctx, now, c.ID, 10)
	check(err)
	_, err = s.InExecution(ctx, c.ExecutionARN, callbacks.Pending, "", 10)
	check(err)
	_, err = s.InExecution(ctx, c.ExecutionARN, callbacks.Completed, c.ID, 10)
	check(err)
	for _, next := range []func(context.Context) (time.Time, error){s.NextDelivery, s.NextHeartbeat, s.NextDeadline} {
		_, err = next(ctx)
		check(err)
	}
	for _, q := range []callbacks.AuditQuery{
		{}, {Before: 9}, {Callback: c.ID}, {ActorID: "ada"}, {Action: "x"}, {Callback: c.ID, ActorID: "ada", Action: "x"},
	} {
		q.Limit = 10
		_, err = s.Audit(ctx, q)
		check(err)
	}
	exerciseWatches(t, s, c)
	check(s.ForgetMessages(ctx, now, 10))
	_, err = s.Backlog(ctx, now)
	check(err)
	sessions := s.Sessions(func() time.Time { return now })
	session := callbacks.StoredSession{Session: callbacks.Session{ID: "s1", Person: "ada"}, TokenHash: []byte("hash"), Sealed: []byte("sealed"), ExpiresAt: now}
	check(sessions.Insert(ctx, session))
	_, _, err = sessions.Find(ctx, session.TokenHash)
	check(err)
	_, err = sessions.Update(ctx, session, session.Sealed)
	check(err)
	for _, q := range []callbacks.SessionQuery{{}, {Person: "ada"}, {Search: "a"}, {Person: "ada", After: &callbacks.Cursor{Key: 1, ID: "s1"}}, {After: &callbacks.Cursor{Key: 1, ID: "s1"}}} {
		_, _, err = sessions.List(ctx, q)
		check(err)
	}
	_, err = sessions.End(ctx, session.ID, func(callbacks.Session) (callbacks.AuditEntry, error) { return callbacks.AuditEntry{}, nil })
	check(err)
	_, err = sessions.Delete(ctx, session.TokenHash)
	check(err)
	check(s.ForgetSessions(ctx, now, 10))
	for _, q := range []callbacks.Query{{AllQueues: true}, {Queues: []string{"a", "b"}}} {
		_, err = s.Functions(ctx, q, 10)
		check(err)
	}
}

// exerciseWatches runs what discovery asks.
func exerciseWatches(t *testing.T, s *Store, known callbacks.Callback) {
	t.Helper()
	ctx, now := t.Context(), callbackstest.T0
	w := discovery.Watch{Function: "orders", Queue: "a"}
	found := callbackstest.NewCallback()
	_, err := s.Receive(ctx, callbacks.Message{}, found, callbacks.Content{}, callbacks.Unannounced, callbacks.AuditEntry{})
	errs := []error{err}
	_, err = s.Receive(ctx, callbacks.Message{}, found, callbacks.Content{}, "f", callbacks.AuditEntry{Action: "x"})
	errs = append(errs, err, s.SetWatches(ctx, []discovery.Watch{w, {Function: "gone"}}), s.SetWatches(ctx, []discovery.Watch{w}), s.SetFunctions(ctx, w.Lane(), nil))
	_, err = s.ClaimWatches(ctx, w.Lane(), now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10)
	errs = append(errs, err, s.RenewWatch(ctx, w, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}),
		s.SeeExecutions(ctx, "w", w, now, []string{known.ExecutionARN, "b"}), s.MissExecutions(ctx, "w", w, now), s.ReadAnew(ctx, "w", w, []string{"c"}))
	for _, after := range []callbacks.ID{"", known.ID} {
		_, err = s.Arrived(ctx, w, now, now, after, 10)
		errs = append(errs, err)
	}
	_, err = s.DueExecutions(ctx, w, now, now, 10)
	errs = append(errs, err, s.SaveExecution(ctx, "w", w, now, discovery.WatchedExecution{ARN: known.ExecutionARN}),
		s.SaveExecution(ctx, "w", w, now, discovery.WatchedExecution{ARN: "b", Trace: discovery.Trace{Ended: callbacks.ExecutionFailed}}),
		s.FinishWatch(ctx, "w", discovery.WatchState{Watch: w}))
	_, err = s.NextWatch(ctx, w.Lane())
	errs = append(errs, err)
	_, err = s.Gone(ctx, []string{"orders", "prints"}, 9)
	errs = append(errs, err)
	_, err = s.Lookup(ctx, known.CallbackID)
	errs = append(errs, err, s.ChangeQuota(ctx, w.Lane(), now, func(b *readquota.Quota, _ time.Time) { b.Used++ }))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
