package upkeeptest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

func testDeadlines(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"Expired":        deadlineExpired,
		"MovesWithBeats": deadlineMoves,
		"BeatsFail":      deadlineBeatsFail,
		"NeverEnds":      deadlineNever,
		"PendingOnly":    deadlinePending,
	})
}

func expired(t testing.TB, s storetest.Store, now time.Time, limit int) []callbacks.ID {
	t.Helper()
	ids, err := s.Expired(t.Context(), now, "", limit)
	if err != nil {
		t.Fatalf("expired: %v", err)
	}
	return ids
}

func nextDeadline(t testing.TB, s storetest.Store) time.Time {
	t.Helper()
	next, err := s.NextDeadline(t.Context())
	if err != nil {
		t.Fatalf("next deadline: %v", err)
	}
	return next
}

func deadlineExpired(t *testing.T, s storetest.Store) {
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("an empty store has a deadline at %v", next)
	}
	third := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(3*time.Minute)))
	first := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Minute)))
	second := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Hour), callbackstest.Heartbeats(2*time.Minute, time.Time{})))
	callbackstest.Same(t, "next deadline", nextDeadline(t, s), callbackstest.T0.Add(time.Minute))
	callbackstest.Same(t, "expired before the first", expired(t, s, callbackstest.T0.Add(time.Minute-time.Millisecond), 10), nil)
	callbackstest.Same(t, "expired at the second", expired(t, s, callbackstest.T0.Add(2*time.Minute), 10), []callbacks.ID{first.ID, second.ID})
	callbackstest.Same(t, "the two earliest", expired(t, s, callbackstest.T0.Add(time.Hour), 2), []callbacks.ID{first.ID, second.ID})
	behind, err := s.Expired(t.Context(), callbackstest.T0.Add(time.Hour), first.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "behind the first", behind, []callbacks.ID{second.ID, third.ID})
	callbackstest.Same(t, "all", expired(t, s, callbackstest.T0.Add(time.Hour), 10), []callbacks.ID{first.ID, second.ID, third.ID})
}

func deadlineMoves(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, time.Time{})))
	callbackstest.Same(t, "next deadline", nextDeadline(t, s), callbackstest.T0.Add(time.Minute))
	storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
		c.Clocks.LastHeartbeatAt = callbackstest.T0.Add(30 * time.Second)
		return nil
	})
	callbackstest.Same(t, "next deadline after a beat", nextDeadline(t, s), callbackstest.T0.Add(90*time.Second))
	callbackstest.Same(t, "expired at the old deadline", expired(t, s, callbackstest.T0.Add(time.Minute), 10), nil)
	storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
		c.NextHeartbeatAt = callbackstest.T0.Add(50 * time.Second)
		return nil
	})
	callbackstest.Same(t, "next deadline while beats go out", nextDeadline(t, s), c.Clocks.TimeoutAt())
}

// deadlineBeatsFail: while Lambda does not accept the heartbeats, the heartbeat clock ends the
// callback, for expiry and in lists.
func deadlineBeatsFail(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0)))
	other := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(2*time.Minute)))
	want := callbacks.MissedHeartbeats{Since: callbackstest.T0, Failed: 3, Reply: replies.Throttled, LostAt: callbackstest.T0.Add(time.Second)}
	failed := storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
		c.MissedHeartbeats = want
		return nil
	})
	callbackstest.Same(t, "what the update gives back", failed.MissedHeartbeats, want)
	callbackstest.Same(t, "what is stored", storetest.Get(t, s, c.ID).MissedHeartbeats, want)
	callbackstest.Same(t, "next deadline while beats fail", nextDeadline(t, s), callbackstest.T0.Add(time.Minute))
	callbackstest.Same(t, "expired", expired(t, s, callbackstest.T0.Add(time.Minute), 10), []callbacks.ID{c.ID})
	inOrder := storetest.EveryRow(desk.Filter{Scope: desk.ScopeAvailable})
	callbackstest.Same(t, "order while beats fail", storetest.IDsOf(storetest.List(t, s, inOrder).Rows), []callbacks.ID{c.ID, other.ID})
	claimed := claimHeartbeats(t, s, callbackstest.T0)
	if len(claimed) != 1 || claimed[0].MissedHeartbeats != want {
		t.Errorf("claimed %+v, want the callback with its beats that fail", claimed)
	}
	callbackstest.Same(t, "next deadline after another claim", nextDeadline(t, s), callbackstest.T0.Add(time.Minute))
	taken := storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
		return c.Record(c.Beat(callbackstest.T0.Add(30*time.Second), callbacks.System("heartbeats")), nil)
	})
	callbackstest.Same(t, "what is left once a beat is taken", taken.MissedHeartbeats, callbacks.MissedHeartbeats{})
	callbackstest.Same(t, "order once a beat is taken", storetest.IDsOf(storetest.List(t, s, inOrder).Rows), []callbacks.ID{other.ID, c.ID})
}

func deadlineNever(t *testing.T, s storetest.Store) {
	storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(0)))
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("next deadline is %v, want none", next)
	}
	callbackstest.Same(t, "expired", expired(t, s, time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), 10), nil)
	// A sender may state an execution deadline beyond every calendar.
	far := callbackstest.NewCallback(callbackstest.Timeout(0))
	far.Clocks.ExecutionDeadline = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	callbackstest.Same(t, "far deadline", storetest.Put(t, s, far).Clocks.ExecutionDeadline, far.Clocks.ExecutionDeadline)
}

func deadlinePending(t *testing.T, s storetest.Store) {
	for _, state := range callbacks.States {
		if !state.Open() {
			storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Ended(state, callbackstest.T0)))
		}
	}
	storetest.Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0)))
	callbackstest.Same(t, "expired", expired(t, s, callbackstest.T0.Add(24*time.Hour), 10), nil)
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("next deadline is %v, want none", next)
	}
}
