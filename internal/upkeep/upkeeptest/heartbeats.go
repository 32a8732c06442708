package upkeeptest

import (
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
)

func testHeartbeats(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"ClaimMovesTheScheduleOn": heartbeatMoves,
		"ShortTimeouts":           heartbeatShort,
		"OpenCallbacksOnly":       heartbeatOpen,
		"EarliestFirstToLimit":    heartbeatLimit,
		"OneClaimantEach":         heartbeatsRace,
		"Hastened":                heartbeatsHastened,
	})
}

func claimHeartbeats(t testing.TB, s storetest.Store, now time.Time) []callbacks.Callback {
	t.Helper()
	claimed, err := s.ClaimHeartbeats(t.Context(), now, 10)
	if err != nil {
		t.Fatalf("claim heartbeats: %v", err)
	}
	return claimed
}

func nextHeartbeat(t testing.TB, s storetest.Store) time.Time {
	t.Helper()
	next, err := s.NextHeartbeat(t.Context())
	if err != nil {
		t.Fatalf("next heartbeat: %v", err)
	}
	return next
}

func heartbeatMoves(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(5*time.Minute, callbackstest.T0)))
	// nobody wants its heartbeats
	storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(5*time.Minute, time.Time{})))
	callbackstest.Same(t, "next heartbeat", nextHeartbeat(t, s), callbackstest.T0)
	if early := claimHeartbeats(t, s, callbackstest.T0.Add(-time.Millisecond)); len(early) != 0 {
		t.Error("a beat was claimed before it was due")
	}
	now := callbackstest.T0.Add(time.Second)
	want := c
	want.NextHeartbeatAt = now.Add(100 * time.Second)
	callbackstest.Same(t, "claimed callbacks", claimHeartbeats(t, s, now), []callbacks.Callback{want})
	callbackstest.Same(t, "stored callback: a claim is no change that makes a page stale", storetest.Get(t, s, c.ID), want)
	callbackstest.Same(t, "next heartbeat", nextHeartbeat(t, s), want.NextHeartbeatAt)
	if again := claimHeartbeats(t, s, now); len(again) != 0 {
		t.Error("the same beat was claimed twice")
	}
}

// heartbeatsHastened: a heartbeat at most an interval ahead is scheduled correctly and stays as it
// is.
func heartbeatsHastened(t *testing.T, s storetest.Store) {
	far := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0.Add(20*time.Second+time.Millisecond))))
	near := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0.Add(20*time.Second))))
	none := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, time.Time{})))
	if err := s.HastenHeartbeats(t.Context(), callbackstest.T0); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "one scheduled too far ahead", storetest.Get(t, s, far.ID).NextHeartbeatAt, callbackstest.T0)
	callbackstest.Same(t, "one scheduled rightly", storetest.Get(t, s, near.ID).NextHeartbeatAt, near.NextHeartbeatAt)
	callbackstest.Same(t, "one that nobody wants", storetest.Get(t, s, none.ID).NextHeartbeatAt, none.NextHeartbeatAt)
}

func heartbeatShort(t *testing.T, s storetest.Store) {
	for _, timeout := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(timeout, callbackstest.T0)))
		claimed := claimHeartbeats(t, s, callbackstest.T0)
		if len(claimed) != 1 {
			t.Fatalf("claimed %d beats, want 1", len(claimed))
		}
		want := callbackstest.T0.Add(c.HeartbeatInterval().Truncate(time.Millisecond))
		callbackstest.Same(t, "next beat with a timeout of "+timeout.String(), claimed[0].NextHeartbeatAt, want)
	}
}

func heartbeatOpen(t *testing.T, s storetest.Store) {
	decided := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0.Add(time.Second)), callbackstest.DecidedBy("ada", callbackstest.T0)))
	for _, state := range callbacks.States {
		if !state.Open() {
			c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Ended(state, callbackstest.T0)))
			storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
				c.NextHeartbeatAt = callbackstest.T0
				return nil
			})
		}
	}
	callbackstest.Same(t, "next heartbeat", nextHeartbeat(t, s), callbackstest.T0.Add(time.Second))
	claimed := claimHeartbeats(t, s, callbackstest.T0.Add(time.Minute))
	if len(claimed) != 1 || claimed[0].ID != decided.ID {
		t.Errorf("claimed %d beats, want that of the decided callback", len(claimed))
	}
}

func heartbeatLimit(t *testing.T, s storetest.Store) {
	want := map[callbacks.ID]bool{}
	for i := range 5 {
		c := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Hour, callbackstest.T0.Add(-time.Duration(i)*time.Second))))
		if i >= 3 {
			want[c.ID] = true
		}
	}
	claimed, err := s.ClaimHeartbeats(t.Context(), callbackstest.T0, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := map[callbacks.ID]bool{}
	for _, c := range claimed {
		got[c.ID] = true
	}
	callbackstest.Same(t, "claimed callbacks", got, want)
}

func heartbeatsRace(t *testing.T, s storetest.Store) {
	const n = 30
	for range n {
		storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Hour, callbackstest.T0)))
	}
	var mu sync.Mutex
	beats := map[callbacks.ID]int{}
	claimAll := func() {
		for {
			claimed, err := s.ClaimHeartbeats(t.Context(), callbackstest.T0, 3)
			if err != nil {
				t.Errorf("claim heartbeats: %v", err)
			}
			if len(claimed) == 0 {
				return
			}
			mu.Lock()
			for _, c := range claimed {
				beats[c.ID]++
			}
			mu.Unlock()
		}
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(claimAll)
	}
	all.Wait()
	claimAll() // those that each skipped because another one held them
	for id, times := range beats {
		if times != 1 {
			t.Errorf("the beat of %s was claimed %d times", id, times)
		}
	}
	if len(beats) != n {
		t.Errorf("%d of %d beats were claimed", len(beats), n)
	}
}
