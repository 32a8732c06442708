package sqlstore

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// TestFoldPlans: what comes before a row and asks the same, and what it stands for, is found by its
// index, however the reader came to the list.
func TestFoldPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	var last *desk.Cursor
	for i := range 3 {
		c := callbackstest.NewCallback(callbackstest.Queue("a"), callbackstest.Timeout(time.Duration(i+1)*time.Hour))
		entry := callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0)
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			last = &desk.Cursor{Key: callbackstest.T0.Add(time.Hour).UnixMilli(), ID: c.ID}
		}
	}
	r.take()
	filters := map[string]desk.Filter{
		"Plain": {}, "Function": {Function: "orders"}, "Queue": {Queue: "a"}, "Search": {Search: "approve"},
		"Ends": {Ends: desk.Ends{Before: callbackstest.T0.Add(9 * time.Hour)}},
	}
	about := 0
	for name, f := range filters {
		for _, q := range []desk.Query{{AllQueues: true}, {Queues: []string{"a", "b"}}, {Queues: []string{"a"}, Escalated: []string{"x"}}} {
			q.Filter, q.Person, q.Now = f, "ada", callbackstest.T0
			q.Scope, q.Folded, q.Limit = desk.ScopeAvailable, true, 50
			for _, q.After = range []*desk.Cursor{nil, last} {
				if _, err := s.List(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				about += checkFold(t, s, r, name)
			}
		}
	}
	if about == 0 {
		t.Error("nothing was asked about what asks the same")
	}
}

// checkFold looks how SQLite finds what asks the same, and returns how many statements asked for it.
func checkFold(t *testing.T, s *Store, r *recorder, name string) (about int) {
	t.Helper()
	for _, text := range r.take() {
		if !strings.Contains(text, "of_alike") {
			continue
		}
		about++
		for _, step := range plan(t, s, text) {
			reads := strings.Contains(step, " callbacks ") && !strings.HasSuffix(step, "(callback_hash=?)") && !strings.HasSuffix(step, "(execution_hash=?)")
			if walks(step) || reads && !strings.Contains(step, "INDEX callbacks_pending_alike ") {
				t.Errorf("%s: %s\n  in: %.600s", name, step, text)
			}
			if sorts(step) && !strings.Contains(step, "DISTINCT") {
				t.Errorf("%s: %s\n  in: %.600s", name, step, text)
			}
		}
	}
	return about
}
