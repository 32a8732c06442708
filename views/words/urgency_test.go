package words_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestUrgency(t *testing.T) {
	t.Parallel()
	pending := func(timeout, heartbeat time.Duration) callbacks.Callback {
		return callbacks.Callback{State: callbacks.Pending, Clocks: callbacks.Clocks{StartedAt: viewstest.Now.Add(-time.Minute), Timeout: timeout, HeartbeatTimeout: heartbeat}}
	}
	kept := pending(2*time.Hour, 2*time.Minute)
	kept.HeldUntil, kept.NextHeartbeatAt = viewstest.Now.Add(time.Minute), viewstest.Now.Add(20*time.Second)
	lapsed := kept
	lapsed.HeldUntil = viewstest.Now
	queued := pending(0, 2*time.Minute)
	queued.KeepAlive, queued.NextHeartbeatAt = callbacks.KeepAliveQueued, viewstest.Now.Add(20*time.Second)
	failing := func(c callbacks.Callback) callbacks.Callback {
		c.HeldUntil, c.NextHeartbeatAt = viewstest.Now.Add(time.Minute), viewstest.Now.Add(time.Second)
		c.MissedHeartbeats = callbacks.MissedHeartbeats{Since: viewstest.Now.Add(-time.Second), Failed: 2, Reply: replies.Throttled}
		return c
	}
	onItsWay := failing(pending(2*time.Hour, 2*time.Minute))
	onItsWay.MissedHeartbeats = callbacks.MissedHeartbeats{Since: viewstest.Now}
	beaten := pending(0, 10*time.Minute)
	beaten.Clocks.LastHeartbeatAt = viewstest.Now.Add(-30 * time.Second)
	for _, tc := range []struct {
		name       string
		c          callbacks.Callback
		left       time.Duration // 0 for never
		cause      callbacks.DeadlineCause
		tone       words.Tone
		unattended bool
		usual      time.Duration
	}{
		{"NoClock", pending(0, 0), 0, callbacks.NoDeadline, words.ToneCalm, false, 0},
		{"Calm", pending(3*time.Hour, 0), 179 * time.Minute, callbacks.CauseTimeout, words.ToneCalm, false, 0},
		{"Soon", pending(time.Hour, 0), 59 * time.Minute, callbacks.CauseTimeout, words.ToneSoon, false, 0},
		{"Risk", pending(10*time.Minute, 0), 9 * time.Minute, callbacks.CauseTimeout, words.ToneRisk, false, 0},
		{"LessThanUsual", pending(3*time.Hour, 0), 179 * time.Minute, callbacks.CauseTimeout, words.ToneRisk, false, 3 * time.Hour},
		{"EnoughForAFastQueue", pending(10*time.Minute, 0), 9 * time.Minute, callbacks.CauseTimeout, words.ToneSoon, false, 8 * time.Minute},
		{"Over", pending(30*time.Second, 0), -30 * time.Second, callbacks.CauseTimeout, words.ToneOver, false, 0},
		{"UnattendedHeartbeat", pending(3*time.Hour, 40*time.Minute), 39 * time.Minute, callbacks.CauseHeartbeat, words.ToneRisk, true, 0},
		{"UnattendedButFar", pending(0, 30*time.Hour), 30*time.Hour - time.Minute, callbacks.CauseHeartbeat, words.ToneCalm, true, 0},
		{"KeptAliveEndsByTimeout", kept, 119 * time.Minute, callbacks.CauseTimeout, words.ToneCalm, false, 0},
		{"KeptAliveNeverEnds", queued, 0, callbacks.NoDeadline, words.ToneCalm, false, 0},
		{"BeatsFail", failing(pending(2*time.Hour, 2*time.Minute)), time.Minute, callbacks.CauseHeartbeat, words.ToneRisk, false, 0},
		{"BeatsFailWithHoursLeft", failing(pending(0, 12*time.Hour)), 12*time.Hour - time.Minute, callbacks.CauseHeartbeat, words.ToneRisk, false, 0},
		{"BeatsFailAndATimeoutIsSooner", failing(pending(90*time.Second, 2*time.Minute)), 30 * time.Second, callbacks.CauseTimeout, words.ToneRisk, false, 0},
		{"BeatsFailPastTheClock", failing(pending(2*time.Hour, 50*time.Second)), -10 * time.Second, callbacks.CauseHeartbeat, words.ToneOver, false, 0},
		{"FirstBeatOnItsWay", onItsWay, time.Minute, callbacks.CauseHeartbeat, words.ToneRisk, false, 0},
		{"ReviewLapsed", lapsed, time.Minute, callbacks.CauseHeartbeat, words.ToneRisk, true, 0},
		{"CountsFromTheLastBeat", beaten, 9*time.Minute + 30*time.Second, callbacks.CauseHeartbeat, words.ToneRisk, true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u := words.UrgencyOf(&tc.c, tc.usual, viewstest.Now)
			if tc.left == 0 && !u.At.IsZero() || tc.left != 0 && !u.At.Equal(viewstest.Now.Add(tc.left)) {
				t.Errorf("ends at %v, want in %v", u.At, tc.left)
			}
			if u.Cause != tc.cause || u.Tone != tc.tone || u.Unattended != tc.unattended {
				t.Errorf("cause %q, tone %q, unattended %v; want %q, %q, %v", u.Cause, u.Tone, u.Unattended, tc.cause, tc.tone, tc.unattended)
			}
		})
	}
}
