package callbacks

import (
	"testing"
	"time"

	"countersign/internal/replies"
)

func TestEnds(t *testing.T) {
	t.Parallel()
	c := Callback{State: Pending, Clocks: Clocks{StartedAt: t0, Timeout: time.Hour, HeartbeatTimeout: time.Minute}}
	if got, cause := c.Ends(); !got.Equal(at(time.Minute)) || cause != CauseHeartbeat {
		t.Errorf("unattended it ends at %v by %q, want by the heartbeat", got, cause)
	}
	c.NextHeartbeatAt = at(20 * time.Second)
	if got, cause := c.Ends(); !got.Equal(at(time.Hour)) || cause != CauseTimeout {
		t.Errorf("while beats go out it ends at %v by %q, want by the timeout", got, cause)
	}
	for name, missedHeartbeats := range map[string]MissedHeartbeats{
		"TheFirstIsOnItsWay": {Since: t0},
		"BeatsFail":          {Since: t0, Failed: 2, Reply: replies.Throttled},
	} {
		c.MissedHeartbeats = missedHeartbeats
		if got, cause := c.Ends(); !got.Equal(at(time.Minute)) || cause != CauseHeartbeat {
			t.Errorf("%s: it ends at %v by %q, want by the heartbeat", name, got, cause)
		}
	}
	c.Beat(at(30*time.Second), beats)
	if got, cause := c.Ends(); !got.Equal(at(time.Hour)) || cause != CauseTimeout {
		t.Errorf("once a beat is taken it ends at %v by %q, want by the timeout", got, cause)
	}
}
