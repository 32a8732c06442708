package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testDeadlines(t *testing.T, open func(*testing.T) Store) {
	cases(t, open, map[string]func(*testing.T, Store){
		"Expired":        deadlineExpired,
		"MovesWithBeats": deadlineMoves,
		"BeatsFail":      deadlineBeatsFail,
		"NeverEnds":      deadlineNever,
		"PendingOnly":    deadlinePending,
	})
}

func expired(t testing.TB, s Store, now time.Time, limit int) []callbacks.ID {
	t.Helper()
	ids, err := s.Expired(t.Context(), now, "", limit)
	if err != nil {
		t.Fatalf("expired: %v", err)
	}
	return ids
}

func nextDeadline(t testing.TB, s Store) time.Time {
	t.Helper()
	next, err := s.NextDeadline(t.Context())
	if err != nil {
		t.Fatalf("next deadline: %v", err)
	}
	return next
}

func deadlineExpired(t *testing.T, s Store) {
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("an empty store has a deadline at %v", next)
	}
	third := put(t, s, NewCallback(Timeout(3*time.Minute)))
	first := put(t, s, NewCallback(Timeout(time.Minute)))
	second := put(t, s, NewCallback(Timeout(time.Hour), Heartbeats(2*time.Minute, time.Time{})))
	same(t, "next deadline", nextDeadline(t, s), T0.Add(time.Minute))
	same(t, "expired before the first", expired(t, s, T0.Add(time.Minute-time.Millisecond), 10), nil)
	same(t, "expired at the second", expired(t, s, T0.Add(2*time.Minute), 10), []callbacks.ID{first.ID, second.ID})
	same(t, "the two earliest", expired(t, s, T0.Add(time.Hour), 2), []callbacks.ID{first.ID, second.ID})
	behind, err := s.Expired(t.Context(), T0.Add(time.Hour), first.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "behind the first", behind, []callbacks.ID{second.ID, third.ID})
	same(t, "all", expired(t, s, T0.Add(time.Hour), 10), []callbacks.ID{first.ID, second.ID, third.ID})
}

func deadlineMoves(t *testing.T, s Store) {
	c := put(t, s, NewCallback(Heartbeats(time.Minute, time.Time{})))
	same(t, "next deadline", nextDeadline(t, s), T0.Add(time.Minute))
	update(t, s, c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
		c.Clocks.LastHeartbeatAt = T0.Add(30 * time.Second)
		return callbacks.Change{}, nil
	})
	same(t, "next deadline after a beat", nextDeadline(t, s), T0.Add(90*time.Second))
	same(t, "expired at the old deadline", expired(t, s, T0.Add(time.Minute), 10), nil)
	update(t, s, c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
		c.NextHeartbeatAt = T0.Add(50 * time.Second)
		return callbacks.Change{}, nil
	})
	same(t, "next deadline while beats go out", nextDeadline(t, s), c.Clocks.TimeoutAt())
}

// deadlineBeatsFail: while Lambda does not take the beats that go out, their clock ends the callback, for the sweep and in lists.
func deadlineBeatsFail(t *testing.T, s Store) {
	c := put(t, s, NewCallback(Heartbeats(time.Minute, T0)))
	other := put(t, s, NewCallback(Timeout(2*time.Minute)))
	want := callbacks.Untaken{Since: T0, Failed: 3, Answer: callbacks.AnswerThrottled, LostAt: T0.Add(time.Second)}
	failed := update(t, s, c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
		c.Untaken = want
		return callbacks.Change{}, nil
	})
	same(t, "what the update gives back", failed.Untaken, want)
	same(t, "what is stored", get(t, s, c.ID).Untaken, want)
	same(t, "next deadline while beats fail", nextDeadline(t, s), T0.Add(time.Minute))
	same(t, "expired", expired(t, s, T0.Add(time.Minute), 10), []callbacks.ID{c.ID})
	inOrder := all(callbacks.Filter{Scope: callbacks.ScopeAvailable})
	same(t, "order while beats fail", idsOf(list(t, s, inOrder).Rows), []callbacks.ID{c.ID, other.ID})
	claimed := claimBeats(t, s, T0)
	if len(claimed) != 1 || claimed[0].Untaken != want {
		t.Errorf("claimed %+v, want the callback with its beats that fail", claimed)
	}
	same(t, "next deadline after another claim", nextDeadline(t, s), T0.Add(time.Minute))
	taken := update(t, s, c.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
		beats := callbacks.System("heartbeats")
		return callbacks.Change{Audit: c.Beat(T0.Add(30*time.Second), beats)}, nil
	})
	same(t, "what is left once a beat is taken", taken.Untaken, callbacks.Untaken{})
	same(t, "order once a beat is taken", idsOf(list(t, s, inOrder).Rows), []callbacks.ID{other.ID, c.ID})
}

func deadlineNever(t *testing.T, s Store) {
	put(t, s, NewCallback(Timeout(0)))
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("next deadline is %v, want none", next)
	}
	same(t, "expired", expired(t, s, time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), 10), nil)
	// A sender may state an execution deadline beyond every calendar.
	far := NewCallback(Timeout(0))
	far.Clocks.ExecutionDeadline = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	same(t, "far deadline", put(t, s, far).Clocks.ExecutionDeadline, far.Clocks.ExecutionDeadline)
}

func deadlinePending(t *testing.T, s Store) {
	for _, state := range callbacks.States {
		if !state.Open() {
			put(t, s, NewCallback(Ended(state, T0)))
		}
	}
	put(t, s, NewCallback(DecidedBy("ada", T0)))
	same(t, "expired", expired(t, s, T0.Add(24*time.Hour), 10), nil)
	if next := nextDeadline(t, s); !next.IsZero() {
		t.Errorf("next deadline is %v, want none", next)
	}
}
