package upkeep_test

import (
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desktest"
)

// TestFastBeats_Worker: the worker sends what the rule lets through. The flood gets its share, and
// what somebody reviews, another source or a slow clock among it gets all of its beats.
func TestFastBeats_Worker(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	queued := func(timeout time.Duration) func(*announcement.Announcement) {
		return func(a *announcement.Announcement) {
			a.CallbackID, a.HeartbeatTimeout, a.KeepAlive = string(callbackstest.NewCallbackID()), timeout, callbacks.KeepAliveQueued
		}
	}
	const fast, flood = 6 * time.Second, 200 // a beat is due every two seconds
	beats := func(id callbacks.ID) int { return d.Get(id).Heartbeats }
	slow, reviewed := d.Announce(queued(30*time.Second)), d.Announce(queued(fast))
	var all []callbacks.ID
	for range flood {
		all = append(all, d.Announce(queued(fast)).ID)
	}
	review := d.Open(desktest.Mara, reviewed.ID).Review.ID
	rounds := func() {
		for range flood/64 + 2 {
			d.Beat()
		}
	}
	rounds()
	const seconds = 20
	for range seconds / 2 {
		d.Clock.Advance(fast / 3)
		if err := d.Renewal(desktest.Mara, reviewed.ID, review, callbacks.SignOfLife{Input: true})(); err != nil {
			t.Fatal(err)
		}
		rounds()
	}
	sent := 0
	for _, id := range all {
		sent += beats(id)
	}
	if most := 40 + seconds*20; sent > most || sent < most-40 {
		t.Errorf("%d beats of a flood that asks for %d in %d seconds, want at most %d and not much less", sent, flood*seconds/2, seconds, most)
	}
	if n := beats(reviewed.ID); n < seconds/2 {
		t.Errorf("%d beats of what is reviewed, want one every two seconds", n)
	}
	if n := beats(slow.ID); n < seconds/10 {
		t.Errorf("%d beats of a slow clock, want one every ten seconds", n)
	}
}
