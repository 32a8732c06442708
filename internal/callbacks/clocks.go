package callbacks

import (
	"slices"
	"time"
)

// DeadlineCause names the clock that ends a callback.
type DeadlineCause string

// The clocks. NoDeadline means that no clock runs: the callback waits until somebody decides.
const (
	NoDeadline     DeadlineCause = ""
	CauseTimeout   DeadlineCause = "timeout"
	CauseHeartbeat DeadlineCause = "heartbeat"
	CauseExecution DeadlineCause = "execution"
)

// LongestWait is the longest time for which Lambda lets a callback wait.
const LongestWait = 366 * 24 * time.Hour

// Clocks are the three clocks that can end a callback. A clock whose duration or time is zero does
// not run.
//
// AWS does not document when the timers start; both emulators start them with the CallbackStarted
// event, so StartedAt is that event's time, or the time of arrival if the sender did not say.
type Clocks struct {
	StartedAt        time.Time
	Timeout          time.Duration
	HeartbeatTimeout time.Duration
	// our last accepted heartbeat; Lambda keeps no record of heartbeats, so those of others are
	// unknown
	LastHeartbeatAt time.Time
	// SeenOpenAt is when the history showed the callback still open although the heartbeat clock,
	// as we knew it, had run out: another client sends heartbeats, at times unknown to us.
	SeenOpenAt        time.Time
	ExecutionDeadline time.Time // the end of the whole execution
}

// TimeoutAt is when the callback's own timeout ends it, zero for never. Heartbeats do not move it.
func (c Clocks) TimeoutAt() time.Time {
	if c.Timeout <= 0 {
		return time.Time{}
	}
	return c.StartedAt.Add(c.Timeout)
}

// HeartbeatAt is when a missing heartbeat ends the callback, zero for never. It is a lower bound:
// another client may have sent a heartbeat that we cannot see.
func (c Clocks) HeartbeatAt() time.Time {
	if c.HeartbeatTimeout <= 0 {
		return time.Time{}
	}
	return Latest(c.StartedAt, c.LastHeartbeatAt, c.SeenOpenAt).Add(c.HeartbeatTimeout)
}

// Deadline is the earliest instant at which a running clock ends the callback, and that clock. If
// two clocks end it at the same instant, Deadline names the one that no reviewer can move:
// execution before timeout before heartbeat.
func (c Clocks) Deadline() (time.Time, DeadlineCause) {
	var at time.Time
	cause := NoDeadline
	for _, clock := range []struct {
		at    time.Time
		cause DeadlineCause
	}{
		{c.ExecutionDeadline, CauseExecution},
		{c.TimeoutAt(), CauseTimeout},
		{c.HeartbeatAt(), CauseHeartbeat},
	} {
		if !clock.at.IsZero() && (cause == NoDeadline || clock.at.Before(at)) {
			at, cause = clock.at, clock.cause
		}
	}
	return at, cause
}

// End is the deadline without the heartbeat clock: heartbeats can keep the callback alive until
// then and no longer. Zero means never.
func (c Clocks) End() (time.Time, DeadlineCause) {
	c.HeartbeatTimeout = 0
	return c.Deadline()
}

// causeAt is the callback's own clock that ran out at a given time. It is for a history that does
// not say which clock it was.
func (c Clocks) causeAt(at time.Time) DeadlineCause {
	if end := c.TimeoutAt(); c.HeartbeatTimeout > 0 && (end.IsZero() || at.Before(end.Add(-clockPrecision))) {
		return CauseHeartbeat
	}
	return CauseTimeout
}

// Earliest returns the earliest of the given times.
func Earliest(first time.Time, rest ...time.Time) time.Time {
	return slices.MinFunc(append([]time.Time{first}, rest...), time.Time.Compare)
}

// Latest returns the latest of the given times.
func Latest(first time.Time, rest ...time.Time) time.Time {
	return slices.MaxFunc(append([]time.Time{first}, rest...), time.Time.Compare)
}

// Over reports whether a clock that no heartbeat can reset has ended the callback by now.
func (c *Callback) Over(now time.Time) bool {
	at, cause := c.Clocks.End()
	return cause != NoDeadline && !now.Before(at)
}

// overdue reports whether a clock has ended the callback by now.
func (c *Callback) overdue(now time.Time) bool {
	at, cause := c.Deadline()
	return cause != NoDeadline && !now.Before(at)
}
