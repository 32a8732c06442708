package sqlstore

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// TestGonePlans: very much may have been closed or timed out, most of which nobody announced. What was announced and is gone is
// found by its own indexes.
func TestGonePlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	s.readings = nil                                         // every question is a statement
	c := callbackstest.NewCallback(callbackstest.Queue("a")) // a function is else looked for in the queues that there are
	if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)); err != nil {
		t.Fatal(err)
	}
	r.take()
	for index, f := range map[string]callbacks.Filter{
		"INDEX callbacks_gone_by_arrival (state=?":                 {},
		"INDEX callbacks_gone_by_function (function=? AND state=?": {Function: "orders"},
	} {
		f.Scope, f.Source, f.Gone = callbacks.ScopeAll, callbacks.SourceAnnounced, true
		q := callbacks.Query{Filter: f, AllQueues: true, Now: callbackstest.T0}
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

// TestGoneMigration: what had gone before the column was there is known as such.
func TestGoneMigration(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "desk.db")
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	migrateTo(t, db, 6)
	for id, how := range map[string][2]string{
		"closed":  {"closed", `{"by":"other","at":1}`},
		"limited": {"timed_out", `{"by":"clock","cause":"execution","at":1}`},
		"expired": {"timed_out", `{"by":"clock","cause":"timeout","at":1}`},
		"lost":    {"lost", `{"by":"clock","cause":"execution","at":1}`},
	} {
		if _, err := db.ExecContext(ctx, `insert into callbacks (id, callback_id, callback_hash, execution_arn, region, function, name, queue, source, title,
			requester_name, requester_email, keep_alive, started_at, timeout, heartbeat_timeout, last_heartbeat_at, execution_deadline, deadline, deadline_cause,
			received_at, state, revision, next_heartbeat_at, reviewed_until, heartbeats, problem, ending, ended_at)
			values (?, ?, ?, '', '', 'orders', '', 'a', 'shop', '', '', '', 'review', 0, 0, 0, 0, 0, 0, '', 0, ?, 0, 0, 0, 0, '', ?, 1)`,
			id, id, []byte(id), how[0], how[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if counts, err := s.Gone(ctx, []string{"orders"}, 9); err != nil || counts["orders"] != 2 {
		t.Errorf("%v are gone, %v; want the closed one and that of the execution", counts, err)
	}
}
