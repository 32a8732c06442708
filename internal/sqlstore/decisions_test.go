package sqlstore

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/record"
)

// TestDecisionPlans asks for the record by every combination of filters. Each statement reads a part
// of one index, in its order or back, and sorts nothing; what it then reads it finds by key. The
// statement of readers of everything walks the time alone.
func TestDecisionPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	now := callbackstest.T0
	for mask := range 1 << 9 {
		has := func(bit int) bool { return mask&(1<<bit) != 0 }
		q := record.Query{AllQueues: true, Limit: 50}
		if has(0) {
			q.People = []string{"ada", "bob"}
		}
		if has(1) {
			q.AllQueues, q.Queues = false, []string{"a", "b"}
		}
		if has(2) {
			q.Function = "orders"
		}
		if has(3) {
			q.Stance, q.Outcome = callbacks.For, "Approve"
		}
		if has(4) {
			q.Rule, q.Via = "large", callbacks.ViaWeb
		}
		if has(5) {
			q.From = now
		}
		if has(6) {
			q.Before = now.Add(time.Hour)
		}
		q.Oldest = has(8)
		if has(7) {
			q.After = &desk.Cursor{Key: now.UnixMilli(), ID: "x"}
		}
		if _, err := s.Decisions().Decisions(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		checkDecisionPlans(t, s, r, fmt.Sprintf("%+v", q), q.AllQueues && q.People == nil && q.Function == "")
	}
	many := record.Query{Limit: 50}
	for i := range 500 {
		many.Queues = append(many.Queues, fmt.Sprint("q", i))
	}
	if _, err := s.Decisions().Decisions(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	checkDecisionPlans(t, s, r, "many queues", true)
}

func checkDecisionPlans(t *testing.T, s *Store, r *recorder, query string, whole bool) {
	t.Helper()
	texts := r.take()
	if len(texts) == 0 {
		t.Fatalf("%s: no statement", query)
	}
	for _, text := range texts {
		for _, step := range plan(t, s, text) {
			ordered := whole && strings.HasPrefix(step, "SCAN d USING INDEX decisions_by_time")
			if strings.HasPrefix(step, "SCAN ") && !ordered || sorts(step) {
				t.Errorf("%s: %s\n  in: %.600s", query, step, text)
			}
		}
	}
}
