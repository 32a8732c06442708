package callbacks

import (
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return t0.Add(d) }

func TestDeadline(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	for name, tt := range map[string]struct {
		timeout, heartbeat, beat, execution time.Duration // zero means that the clock does not run
		want                                time.Duration
		cause                               DeadlineCause
	}{
		"None":                           {0, 0, 0, 0, 0, NoDeadline},
		"Timeout":                        {10 * m, 0, 0, 0, 10 * m, CauseTimeout},
		"Heartbeat":                      {0, 2 * m, 0, 0, 2 * m, CauseHeartbeat},
		"Execution":                      {0, 0, 0, 30 * m, 30 * m, CauseExecution},
		"TimeoutBeforeHeartbeat":         {1 * m, 2 * m, 0, 0, 1 * m, CauseTimeout},
		"HeartbeatBeforeTimeout":         {10 * m, 2 * m, 0, 0, 2 * m, CauseHeartbeat},
		"BeatMovesHeartbeatOnly":         {10 * m, 2 * m, 5 * m, 0, 7 * m, CauseHeartbeat},
		"BeatCannotPassTimeout":          {10 * m, 2 * m, 9 * m, 0, 10 * m, CauseTimeout},
		"BeatBeforeStartCountsNothing":   {0, 2 * m, -5 * m, 0, 2 * m, CauseHeartbeat},
		"ExecutionBeforeTimeout":         {10 * m, 0, 0, 5 * m, 5 * m, CauseExecution},
		"ExecutionBeforeHeartbeat":       {0, 4 * m, 0, 3 * m, 3 * m, CauseExecution},
		"AllThree":                       {10 * m, 6 * m, 0, 8 * m, 6 * m, CauseHeartbeat},
		"ExecutionBeforeTimeoutAtTheTie": {5 * m, 0, 0, 5 * m, 5 * m, CauseExecution},
		"TimeoutBeforeHeartbeatAtTheTie": {5 * m, 5 * m, 0, 0, 5 * m, CauseTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Clocks{StartedAt: t0, Timeout: tt.timeout, HeartbeatTimeout: tt.heartbeat}
			if tt.beat != 0 {
				c.LastHeartbeatAt = at(tt.beat)
			}
			if tt.execution != 0 {
				c.ExecutionDeadline = at(tt.execution)
			}
			got, cause := c.Deadline()
			if cause != tt.cause || cause != NoDeadline && !got.Equal(at(tt.want)) {
				t.Errorf("Deadline() = %v, %q; want %v, %q", got, cause, at(tt.want), tt.cause)
			}
			if cause == NoDeadline && !got.IsZero() {
				t.Errorf("no clock runs, but the deadline is %v", got)
			}
		})
	}
}

func TestEndIgnoresHeartbeat(t *testing.T) {
	t.Parallel()
	c := Clocks{StartedAt: t0, Timeout: 10 * time.Minute, HeartbeatTimeout: time.Minute}
	if got, cause := c.End(); !got.Equal(at(10*time.Minute)) || cause != CauseTimeout {
		t.Errorf("End() = %v, %q", got, cause)
	}
}

func TestCauseAt(t *testing.T) {
	t.Parallel()
	both := Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}
	for _, tc := range []struct {
		name   string
		clocks Clocks
		after  time.Duration
		want   DeadlineCause
	}{
		{"Early", both, 30 * time.Minute, CauseHeartbeat},
		{"AtTheTimeout", both, time.Hour, CauseTimeout},
		{"RoundedTimeout", both, time.Hour - 500*time.Millisecond, CauseTimeout},
		{"HeartbeatOnly", Clocks{StartedAt: t0, HeartbeatTimeout: time.Minute}, time.Hour, CauseHeartbeat},
		{"TimeoutOnly", Clocks{StartedAt: t0, Timeout: time.Hour}, time.Minute, CauseTimeout},
	} {
		if got := tc.clocks.causeAt(t0.Add(tc.after)); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}
