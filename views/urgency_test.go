package views

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func TestUrgency(t *testing.T) {
	t.Parallel()
	pending := func(timeout, heartbeat time.Duration) callbacks.Callback {
		return callbacks.Callback{State: callbacks.Pending, Clocks: callbacks.Clocks{StartedAt: now.Add(-time.Minute), Timeout: timeout, HeartbeatTimeout: heartbeat}}
	}
	kept := pending(2*time.Hour, 2*time.Minute)
	kept.ReviewedUntil, kept.NextHeartbeatAt = now.Add(time.Minute), now.Add(20*time.Second)
	lapsed := kept
	lapsed.ReviewedUntil = now
	queued := pending(0, 2*time.Minute)
	queued.KeepAlive, queued.NextHeartbeatAt = callbacks.KeepAliveQueued, now.Add(20*time.Second)
	failing := func(c callbacks.Callback) callbacks.Callback {
		c.ReviewedUntil, c.NextHeartbeatAt = now.Add(time.Minute), now.Add(time.Second)
		c.Untaken = callbacks.Untaken{Since: now.Add(-time.Second), Failed: 2, Answer: callbacks.AnswerThrottled}
		return c
	}
	onItsWay := failing(pending(2*time.Hour, 2*time.Minute))
	onItsWay.Untaken = callbacks.Untaken{Since: now}
	beaten := pending(0, 10*time.Minute)
	beaten.Clocks.LastHeartbeatAt = now.Add(-30 * time.Second)
	for _, tc := range []struct {
		name       string
		c          callbacks.Callback
		left       time.Duration // 0 for never
		cause      callbacks.DeadlineCause
		tone       tone
		unattended bool
	}{
		{"NoClock", pending(0, 0), 0, callbacks.NoDeadline, toneCalm, false},
		{"Calm", pending(3*time.Hour, 0), 179 * time.Minute, callbacks.CauseTimeout, toneCalm, false},
		{"Soon", pending(time.Hour, 0), 59 * time.Minute, callbacks.CauseTimeout, toneSoon, false},
		{"Risk", pending(10*time.Minute, 0), 9 * time.Minute, callbacks.CauseTimeout, toneRisk, false},
		{"Over", pending(30*time.Second, 0), -30 * time.Second, callbacks.CauseTimeout, toneOver, false},
		{"UnattendedHeartbeat", pending(3*time.Hour, 40*time.Minute), 39 * time.Minute, callbacks.CauseHeartbeat, toneRisk, true},
		{"UnattendedButFar", pending(0, 30*time.Hour), 30*time.Hour - time.Minute, callbacks.CauseHeartbeat, toneCalm, true},
		{"KeptAliveEndsByTimeout", kept, 119 * time.Minute, callbacks.CauseTimeout, toneCalm, false},
		{"KeptAliveNeverEnds", queued, 0, callbacks.NoDeadline, toneCalm, false},
		{"BeatsFail", failing(pending(2*time.Hour, 2*time.Minute)), time.Minute, callbacks.CauseHeartbeat, toneRisk, false},
		{"BeatsFailWithHoursLeft", failing(pending(0, 12*time.Hour)), 12*time.Hour - time.Minute, callbacks.CauseHeartbeat, toneRisk, false},
		{"BeatsFailAndATimeoutIsSooner", failing(pending(90*time.Second, 2*time.Minute)), 30 * time.Second, callbacks.CauseTimeout, toneRisk, false},
		{"BeatsFailPastTheClock", failing(pending(2*time.Hour, 50*time.Second)), -10 * time.Second, callbacks.CauseHeartbeat, toneOver, false},
		{"FirstBeatOnItsWay", onItsWay, time.Minute, callbacks.CauseHeartbeat, toneRisk, false},
		{"ReviewLapsed", lapsed, time.Minute, callbacks.CauseHeartbeat, toneRisk, true},
		{"CountsFromTheLastBeat", beaten, 9*time.Minute + 30*time.Second, callbacks.CauseHeartbeat, toneRisk, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u := urgencyOf(&tc.c, now)
			if tc.left == 0 && !u.At.IsZero() || tc.left != 0 && !u.At.Equal(now.Add(tc.left)) {
				t.Errorf("ends at %v, want in %v", u.At, tc.left)
			}
			if u.Cause != tc.cause || u.Tone != tc.tone || u.Unattended != tc.unattended {
				t.Errorf("cause %q, tone %q, unattended %v; want %q, %q, %v", u.Cause, u.Tone, u.Unattended, tc.cause, tc.tone, tc.unattended)
			}
		})
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from, until time.Duration
		want        int
	}{
		{-time.Hour, time.Hour, 50},
		{0, time.Hour, 100},
		{time.Hour, 2 * time.Hour, 100},
		{-time.Hour, 0, 0},
		{-2 * time.Hour, -time.Hour, 0},
		{0, 0, 0},
	} {
		if got := share(now.Add(tc.from), now.Add(tc.until), now); got != tc.want {
			t.Errorf("from %v until %v: %d, want %d", tc.from, tc.until, got, tc.want)
		}
	}
}
