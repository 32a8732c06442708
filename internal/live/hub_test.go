package live_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/live"
)

func every(callbacks.Invalidation) bool { return true }

// fresh is a reader that missed nothing.
var fresh = time.Now().Add(time.Hour)

func only(queue string) func(callbacks.Invalidation) bool {
	return func(n callbacks.Invalidation) bool { return n.Queue == queue }
}

func invalidation(id callbacks.ID) callbacks.Invalidation {
	return callbacks.Invalidation{Callback: id, Queue: "default"}
}

func wantTaken(t *testing.T, s *live.Subscription, want ...callbacks.ID) {
	t.Helper()
	if diff := cmp.Diff(want, s.Take()); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
}

func isReady(s *live.Subscription) bool {
	select {
	case <-s.Ready():
		return true
	default:
		return false
	}
}

func isDone(s *live.Subscription) bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

// TestWhatChangedSinceThePageWasRead: a page opens its stream after it was made, and must not miss
// what lies between.
func TestWhatChangedSinceThePageWasRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	hub := live.NewHub(func() time.Time { return now })
	hub.Changed(invalidation("a"))
	wantTaken(t, hub.Subscribe(now.Add(-time.Second), every), live.Everything)
	wantTaken(t, hub.Subscribe(now.Add(time.Second), every))
}

func TestEachSeesItsQueues(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	all, payments := hub.Subscribe(fresh, every), hub.Subscribe(fresh, only("payments"))
	hub.Changed(callbacks.Invalidation{Callback: "a", Queue: "payments"})
	hub.Changed(callbacks.Invalidation{Callback: "b", Queue: "legal"})
	wantTaken(t, all, "a", "b")
	wantTaken(t, payments, "a")
}

func TestRepetitionsAreOne(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	s := hub.Subscribe(fresh, every)
	for _, id := range []callbacks.ID{"a", "b", "a", "a", "b"} {
		hub.Changed(invalidation(id))
	}
	if !isReady(s) {
		t.Error("not ready after an invalidation")
	}
	wantTaken(t, s, "a", "b")
	if isReady(s) {
		t.Error("ready although everything was taken")
	}

	hub.Changed(invalidation("a"))
	if !isReady(s) {
		t.Error("not ready after a new invalidation of the same callback")
	}
	wantTaken(t, s, "a")
	wantTaken(t, s)
}

func TestTakeUsesUpReady(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	s := hub.Subscribe(fresh, every)
	hub.Changed(invalidation("a"))
	wantTaken(t, s, "a")
	if isReady(s) {
		t.Error("ready although everything was taken")
	}
}

func TestTooMuchIsEverything(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	s := hub.Subscribe(fresh, every)
	for i := range 100 {
		hub.Changed(invalidation(callbacks.ID(fmt.Sprint(i))))
	}
	if n := len(s.Take()); n != 100 {
		t.Errorf("%d callbacks were named, want all 100", n)
	}
	for i := range 10_000 {
		hub.Changed(invalidation(callbacks.ID(fmt.Sprint(i))))
	}
	wantTaken(t, s, live.Everything)
	hub.Changed(invalidation("a"))
	wantTaken(t, s, "a")
}

// TestMissed: what was lost may be of any queue, and stands for whatever waits already.
func TestMissed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	hub := live.NewHub(func() time.Time { return now })
	all, payments := hub.Subscribe(now.Add(time.Second), every), hub.Subscribe(now.Add(time.Second), only("payments"))
	hub.Changed(callbacks.Invalidation{Callback: "a", Queue: "legal"})
	hub.Missed()
	hub.Missed()
	wantTaken(t, all, live.Everything)
	wantTaken(t, payments, live.Everything)
	wantTaken(t, hub.Subscribe(now.Add(-time.Second), every), live.Everything)
	hub.Changed(callbacks.Invalidation{Callback: "a", Queue: "payments"})
	wantTaken(t, payments, "a")
}

func TestClose(t *testing.T) {
	t.Parallel()

	t.Run("Subscription", func(t *testing.T) {
		t.Parallel()
		hub := live.NewHub(time.Now)
		gone, stays := hub.Subscribe(fresh, every), hub.Subscribe(fresh, every)
		gone.Close()
		gone.Close()
		hub.Changed(invalidation("a"))
		wantTaken(t, gone)
		wantTaken(t, stays, "a")
		if n := hub.Subscribers(); n != 1 || !isDone(gone) || isDone(stays) {
			t.Errorf("%d subscribers are left, done: %t and %t", n, isDone(gone), isDone(stays))
		}
	})

	t.Run("Hub", func(t *testing.T) {
		t.Parallel()
		hub := live.NewHub(time.Now)
		before := hub.Subscribe(fresh, every)
		hub.Close()
		hub.Close()
		after := hub.Subscribe(fresh, every)
		hub.Changed(invalidation("a"))
		before.Close()
		if n := hub.Subscribers(); n != 0 || !isDone(before) || !isDone(after) {
			t.Errorf("%d subscribers are left, done: %t and %t", n, isDone(before), isDone(after))
		}
	})
}

// Everything at once, for the race detector: no invalidation between Subscribe and Close may be
// lost.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	// 200 different callbacks: more than a subscriber keeps
	const publishers, readers, invalidations = 4, 8, 50

	var reading sync.WaitGroup
	for range readers {
		s := hub.Subscribe(fresh, every)
		reading.Go(func() {
			defer s.Close()
			seen := map[callbacks.ID]bool{}
			for len(seen) < publishers*invalidations && !seen[live.Everything] {
				<-s.Ready()
				for _, id := range s.Take() {
					seen[id] = true
				}
			}
		})
	}
	var publishing sync.WaitGroup
	for p := range publishers {
		publishing.Go(func() {
			for i := range invalidations {
				hub.Changed(invalidation(callbacks.ID(fmt.Sprintf("%d-%d", p, i))))
				hub.Subscribe(fresh, every).Close()
			}
		})
	}
	publishing.Wait()
	reading.Wait()
	if n := hub.Subscribers(); n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
}

// TestChangedWhileSubscribing: a change at the moment in which a stream opens is told, one way or
// the other. Many tries, because the moment is short.
func TestChangedWhileSubscribing(t *testing.T) {
	t.Parallel()
	for range 2_000 {
		hub := live.NewHub(func() time.Time { return fresh })
		var all [64]*live.Subscription
		var opening sync.WaitGroup
		for i := range all {
			opening.Go(func() { all[i] = hub.Subscribe(fresh, every) })
			if i == len(all)/2 {
				opening.Go(func() { hub.Changed(invalidation("a")) })
			}
		}
		opening.Wait()
		for _, s := range all {
			if !isReady(s) {
				t.Fatal("the change is lost")
			}
		}
	}
}
