package sqlstore

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

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
	for _, table := range []string{
		"callbacks", "contents", "deliveries", "reviews", "signatures", "messages", "sessions", "executions",
		"people", "person_keys", "delegations", "batches", "batch_items", "assignments", "snoozes", "acknowledgments", "saved_views", "decisions", "decision_signers", "notices", "notice_changes", "notice_messages", "notice_pauses", "notice_settings", "push_subscriptions", "channel_accounts",
	} {
		if step == "SCAN "+table || strings.HasPrefix(step, "SCAN "+table+" ") {
			return true
		}
	}
	return false
}

// hasCandidates reports a statement that has its callbacks from another index; it must not walk an
// order as well.
func hasCandidates(text string) bool { return strings.Contains(text, "as candidates") }

var orderIndex = regexp.MustCompile(`INDEX callbacks_(pending|under_way|ended)_by_(queue_|function_)?(deadline|arrival|end) `)

func walksOrder(step string) bool { return orderIndex.MatchString(step) }

func sorts(step string) bool { return strings.Contains(step, "TEMP B-TREE") }

func TestPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	exercise(t, s)
	for _, text := range r.take() {
		// The names of functions are made distinct, and what waits is counted by queue or channel.
		few := strings.Contains(text, functionsText(s.dialect)) || strings.Contains(text, "group by queue") || strings.Contains(text, "group by channel") ||
			strings.Contains(text, ") as arm") || strings.Contains(text, "from person_keys") || // at most some dozens
			strings.Contains(text, "from saved_views") || // at most a hundred for a group
			strings.Contains(text, "from notice_reach") || // one for each queue
			strings.Contains(text, "from reviews") || strings.Contains(text, "from notices n join") // of one callback or message
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

// TestHopPlans: very many may be pending, of few queues and functions. Each hop is one look-up.
func TestHopPlans(t *testing.T) {
	t.Parallel()
	s, _ := openRecorded(t)
	functions, _ := functionsOf(s.dialect, nil, true, 10)
	for _, text := range []string{queuesText(s.dialect), functions} {
		hops := 0
		for _, step := range plan(t, s, text) {
			switch _, index, found := strings.Cut(step, "SEARCH callbacks USING COVERING INDEX callbacks_"); {
			case !found || strings.HasPrefix(index, "under_way_"):
			case strings.Contains(index, "(queue>?)"), strings.HasSuffix(index, "(queue=? AND function>?)"):
				hops++
			case strings.HasSuffix(index, "_by_queue_deadline"), strings.HasSuffix(index, "_by_queue_end"), strings.HasSuffix(index, "(queue=?)"):
				// the first of an index
			default:
				t.Errorf("%s\n  in: %s", step, text)
			}
		}
		if hops != 2 { // pending and ended queues; queues and functions
			t.Errorf("%d hops in: %s", hops, text)
		}
	}
}

// TestFewPlans: very many may be pending, and few of them end by a missing heartbeat, or have no
// timeout.
func TestFewPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	for index, ends := range map[string]desk.Ends{"unattended": {Unattended: true}, "without_timeout": {NoTimeout: true}} {
		few := desk.Filter{Scope: desk.ScopeAvailable, Ends: ends}
		for _, q := range []desk.Query{{Filter: few, AllQueues: true}, {Filter: few, Queues: []string{"a", "b"}}} {
			if _, err := s.Count(t.Context(), q, 100); err != nil {
				t.Fatal(err)
			}
			for _, text := range r.take() {
				for _, step := range plan(t, s, text) {
					if strings.Contains(step, " callbacks ") && !strings.Contains(step, "INDEX callbacks_"+index) {
						t.Errorf("%s\n  in: %s", step, text)
					}
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
	filters := map[string]desk.Filter{
		"Plain":      {},
		"Function":   {Function: "orders"},
		"Queue":      {Queue: "a"},
		"Both":       {Function: "orders", Queue: "a"},
		"States":     {States: []callbacks.State{callbacks.Pending, callbacks.Lost}},
		"Ends":       {Ends: desk.Ends{From: now, Before: now.Add(time.Hour)}},
		"Never":      {Ends: desk.Ends{Never: true}},
		"Unattended": {Ends: desk.Ends{Unattended: true}},
		"At risk":    {Ends: desk.Ends{AtRisk: true}},
		"No timeout": {Ends: desk.Ends{NoTimeout: true}},
		"Received":   {ReceivedFrom: now, ReceivedBefore: now.Add(time.Hour)},
		"Search":     {Search: "approve 4711"},
		"Found":      {Source: callbacks.SourceDiscovery},
		"Source":     {Source: "shop"},
		"Announced":  {Source: callbacks.SourceAnnounced},
		"Gone":       {Gone: true},
		"Assigned":   {Assigned: "bob"},
		"Alike":      {Alike: "5eed"},
		"Folded":     {Folded: true},
		"Snoozed":    {Snoozed: true},
		"Known":      {Acknowledged: true},
		"Both gone":  {Source: callbacks.SourceAnnounced, Gone: true},
	}
	scopes := []desk.Scope{desk.ScopeAvailable, desk.ScopeMine, desk.ScopeAttention, desk.ScopeHistory, desk.ScopeAll}
	for name, f := range filters {
		for _, f.Scope = range scopes {
			orders := []desk.Order{"", desk.OrderDeadline, desk.OrderLatest, desk.OrderNewest, desk.OrderOldest}
			if f.Scope == desk.ScopeHistory { // other lists have what has not ended
				orders = append(orders, desk.OrderEnd, desk.OrderEndedFirst)
			}
			if f.Scope == desk.ScopeAll && f.States == nil {
				f.States = callbacks.OpenStates
				checkQueueOrders(t, s, r, name, f)
				f.States = nil
			}
			for _, f.Order = range orders {
				for _, q := range []desk.Query{{AllQueues: true}, {AllQueues: true, Signs: []string{"a", "b"}}, {AllQueues: true, Operator: true}, {Queues: []string{"a", "b", "c"}}, {Queues: []string{"a", "b"}, Escalated: []string{"x", "y"}}, {Escalated: []string{"x"}}, {Queues: []string{"a", "b"}, Usual: desk.Usual{"a": time.Hour}}, {AllQueues: true, Usual: desk.Usual{"a": time.Hour}}} {
					q.Filter = f
					checkList(t, s, r, name, q, sortsFound(f))
				}
			}
			f.Order = ""
			f.After = &desk.Cursor{Key: now.UnixMilli(), ID: "x"}
			checkList(t, s, r, name, desk.Query{Filter: f, Queues: []string{"a", "b"}}, sortsFound(f))
		}
	}
	checkList(t, s, r, "Plain", desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll}, Queues: many}, true)
}

// checkQueueOrders asks for the open callbacks of all queues, one queue after the other.
func checkQueueOrders(t *testing.T, s *Store, r *recorder, name string, f desk.Filter) {
	t.Helper()
	for _, f.Order = range []desk.Order{desk.OrderQueue, desk.OrderQueueLast} {
		for _, f.After = range []*desk.Cursor{nil, {Key: 1, ID: "x", Queue: "a"}} {
			checkList(t, s, r, name, desk.Query{Filter: f, AllQueues: true}, sortsFound(f))
		}
	}
}

// checkList asks for a page and a count, and looks how SQLite finds them.
func checkList(t *testing.T, s *Store, r *recorder, name string, q desk.Query, maySort bool) {
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
func sortsFound(f desk.Filter) bool {
	ranges := map[string]bool{
		"deadline":    f.Ends != desk.Ends{},
		"received_at": !f.ReceivedFrom.IsZero(),
		"ended_at":    f.Scope == desk.ScopeAttention, // lost within seven days
	}
	delete(ranges, orders[f.SortedBy()].column)
	return f.Search != "" || f.Assigned != "" || f.Scope == desk.ScopeMine || slices.Contains(slices.Collect(maps.Values(ranges)), true)
}

func checkPlans(t *testing.T, s *Store, r *recorder, query string, maySort bool) {
	t.Helper()
	for _, text := range r.take() {
		// By risk, an arm is read in the order of its index as far as a page needs it, and that is
		// sorted.
		left := strings.Count(text, ") as arm")
		for _, step := range plan(t, s, text) {
			if sorts(step) && left > 0 {
				left--
				continue
			}
			if walks(step) || sorts(step) && !maySort || hasCandidates(text) && walksOrder(step) {
				t.Errorf("%s: %s\n  in: %.600s", query, step, text)
			}
		}
	}
}
