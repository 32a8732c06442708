package sqlstore

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// TestGonePlans: very much may have been closed or timed out, most of which nobody announced. What
// was announced and is gone is found by its own indexes.
func TestGonePlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	s.readings = nil // every question is a statement
	// a function is else looked for in the queues that there are
	c := callbackstest.NewCallback(callbackstest.Queue("a"))
	if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)); err != nil {
		t.Fatal(err)
	}
	r.take()
	for index, f := range map[string]desk.Filter{
		"INDEX callbacks_gone_by_arrival (state=?":                 {},
		"INDEX callbacks_gone_by_function (function=? AND state=?": {Function: "orders"},
	} {
		f.Scope, f.Source, f.Gone = desk.ScopeAll, callbacks.SourceAnnounced, true
		q := desk.Query{Filter: f, AllQueues: true, Now: callbackstest.T0}
		if _, err := s.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Count(t.Context(), q, 100); err != nil {
			t.Fatal(err)
		}
		onlyBy(t, s, r, index)
	}
	if _, err := s.Gone(t.Context(), []string{"orders", "prints"}, 9); err != nil {
		t.Fatal(err)
	}
	onlyBy(t, s, r, "INDEX callbacks_gone_by_function (function=?")
}

// onlyBy looks that callbacks are found by one index alone.
func onlyBy(t *testing.T, s *Store, r *recorder, index string) {
	t.Helper()
	found := 0
	for _, text := range r.take() {
		for _, step := range plan(t, s, text) {
			switch {
			case strings.Contains(step, index):
				found++
			case strings.Contains(step, " callbacks "):
				t.Errorf("%s\n  in: %.600s", step, text)
			}
		}
	}
	if found == 0 {
		t.Errorf("nothing was found by %s", index)
	}
}
