package sqlstore

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// multiplied opens a database with n callbacks like one that is pending and one that was approved, in
// four queues.
func multiplied(b *testing.B, n int) *Store {
	b.Helper()
	s, err := Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "desk.db"))
	callbackstest.Must(b, err)
	b.Cleanup(func() { _ = s.Close() })
	callbackstest.Must(b, announce(b, s, callbackstest.NewCallback(callbackstest.Timeout(time.Hour)), nil))
	callbackstest.Must(b, announce(b, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Completed, callbackstest.T0)), nil))
	var columns, values []string
	callbackstest.Must(b, s.db.NewRaw(`select name from pragma_table_info('callbacks') where name <> 'num'`).Scan(b.Context(), &columns))
	for _, column := range columns {
		values = append(values, map[string]string{
			"id": "id || n", "callback_hash": "randomblob(32)", "queue": "'queue-' || (n % 4)", "deadline": "deadline + n", "ended_at": "ended_at + min(ended_at, n)",
		}[column])
		if last := len(values) - 1; values[last] == "" {
			values[last] = column
		}
	}
	text := fmt.Sprintf(`insert into callbacks (%s)
		with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < %d)
		select %s from callbacks cross join numbers`, strings.Join(columns, ", "), n/2, strings.Join(values, ", "))
	callbackstest.Must(b, s.transact(b.Context(), func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, text)
		return err
	}))
	s.readings = nil // each count is one
	return s
}

// BenchmarkCount counts to 10,000 of so many callbacks, and of very many.
func BenchmarkCount(b *testing.B) {
	for _, n := range []int{20_000, 1_000_000} {
		s := multiplied(b, n)
		for name, f := range map[string]desk.Filter{
			"available": {Scope: desk.ScopeAvailable}, "history": {Scope: desk.ScopeHistory}, "all pending": {Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}},
			"a range": {Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}, Ends: desk.Ends{From: callbackstest.T0.Add(time.Minute), Before: callbackstest.T0.Add(9 * time.Hour)}},
		} {
			for reader, q := range map[string]desk.Query{"all": {AllQueues: true}, "two queues": {Queues: []string{"queue-1", "queue-2"}}} {
				q.Filter, q.Now = f, callbackstest.T0
				b.Run(fmt.Sprintf("%d/%s/%s", n, name, reader), func(b *testing.B) {
					for b.Loop() {
						q.Now = q.Now.Add(time.Second)
						if _, err := s.Count(b.Context(), q, 10_001); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
