package callbacks

import (
	"testing"
	"time"
)

func TestWantsHeartbeats(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		c    Callback
		want bool
	}{
		"NobodyReviews":    {Callback{Request: Request{KeepAlive: KeepAliveReview}, State: Pending}, false},
		"Reviewed":         {Callback{State: Pending, HeldUntil: at(time.Second)}, true},
		"ReviewRanOut":     {Callback{State: Pending, HeldUntil: t0}, false},
		"Queued":           {Callback{Request: Request{KeepAlive: KeepAliveQueued}, State: Pending}, true},
		"DecisionOnItsWay": {Callback{State: Decided}, true},
		"Completed":        {Callback{Request: Request{KeepAlive: KeepAliveQueued}, State: Completed}, false},
		"Undeliverable":    {Callback{State: Undeliverable, HeldUntil: at(time.Hour)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.c.WantsHeartbeats(t0) {
				t.Error("wants heartbeats without a heartbeat timeout")
			}
			tt.c.Clocks.HeartbeatTimeout = time.Minute
			if got := tt.c.WantsHeartbeats(t0); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestHeartbeatSchedule(t *testing.T) {
	t.Parallel()
	c := Callback{State: Pending, HeldUntil: at(time.Hour), Clocks: Clocks{StartedAt: t0, HeartbeatTimeout: time.Minute}}
	if c.scheduleHeartbeat(t0); !c.NextHeartbeatAt.Equal(t0) {
		t.Errorf("first beat at %v, want at once", c.NextHeartbeatAt)
	}
	if entry := c.Beat(at(5*time.Second), beats); entry.Action != ActionHeartbeat {
		t.Error("the first beat is not in the audit")
	}
	if got, _ := c.Deadline(); !got.Equal(at(65 * time.Second)) {
		t.Errorf("deadline after the beat is %v, want a minute behind it", got)
	}
	c.NextHeartbeatAt = time.Time{}
	if c.scheduleHeartbeat(at(6 * time.Second)); !c.NextHeartbeatAt.Equal(at(25 * time.Second)) {
		t.Errorf("a review that is opened again beats at %v, want an interval after the last beat", c.NextHeartbeatAt)
	}
	c.HeldUntil = t0
	if c.StopHeartbeats(at(7 * time.Second)); !c.NextHeartbeatAt.IsZero() {
		t.Error("beats go on although nobody reviews")
	}
}

// TestBeatsOfAStretchAreCounted: the audit has the first beat of each stretch.
func TestBeatsOfAStretchAreCounted(t *testing.T) {
	t.Parallel()
	c := Callback{State: Pending, Clocks: Clocks{StartedAt: t0, HeartbeatTimeout: time.Minute}}
	for _, beat := range []struct {
		at      time.Duration
		audited bool
	}{{0, true}, {20 * time.Second, false}, {60 * time.Second, false}, {101 * time.Second, true}, {121 * time.Second, false}} {
		if entry := c.Beat(at(beat.at), beats); (entry.Action != "") != beat.audited {
			t.Errorf("the beat at %v has an entry: %t", beat.at, entry.Action != "")
		}
	}
	if c.Heartbeats != 5 {
		t.Errorf("%d beats are counted, want 5", c.Heartbeats)
	}
}

func TestReviewHolds(t *testing.T) {
	t.Parallel()
	budget := ReviewLimits{Idle: 30 * time.Minute, Max: 8 * time.Hour}
	for name, tt := range map[string]struct {
		r    Review
		want time.Duration
	}{
		"Fresh":        {Review{OpenedAt: t0, RenewedAt: t0, LastInputAt: t0}, ReviewLease},
		"Renewed":      {Review{OpenedAt: t0, RenewedAt: at(time.Minute), LastInputAt: t0}, time.Minute + ReviewLease},
		"WithoutInput": {Review{OpenedAt: t0, RenewedAt: at(40 * time.Minute), LastInputAt: t0}, 32 * time.Minute},
		"TooLong":      {Review{OpenedAt: t0, RenewedAt: at(9 * time.Hour), LastInputAt: at(9 * time.Hour)}, 8 * time.Hour},
		"Closed":       {Review{OpenedAt: t0, RenewedAt: t0, LastInputAt: t0, ClosedAt: at(time.Second)}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.r.holdsUntil(budget).Sub(t0); got != tt.want {
				t.Errorf("holds for %v, want %v", got, tt.want)
			}
		})
	}
}
