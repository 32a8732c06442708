package callbacks

import "time"

// DeadlineCause names the clock that ends a callback.
type DeadlineCause string

// The clocks. NoDeadline means that none runs: the callback waits until somebody decides.
const (
	NoDeadline     DeadlineCause = ""
	CauseTimeout   DeadlineCause = "timeout"
	CauseHeartbeat DeadlineCause = "heartbeat"
	CauseExecution DeadlineCause = "execution"
)

// Clocks are the three clocks that can end a callback. Durations of zero and zero times mean that
// the clock does not run.
//
// AWS does not document when the timers start; both emulators start them with the CallbackStarted
// event, so StartedAt is that event's time, or the time of arrival when the sender did not say.
type Clocks struct {
	StartedAt        time.Time
	Timeout          time.Duration
	HeartbeatTimeout time.Duration
	// our last accepted beat; Lambda keeps no trace of beats, so others' are unknown
	LastHeartbeatAt time.Time
	// SeenOpenAt is when the history showed the callback open past the heartbeat clock as we knew
	// it: another client beats, when is not known.
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
// another client may have sent a beat that we cannot see.
func (c Clocks) HeartbeatAt() time.Time {
	if c.HeartbeatTimeout <= 0 {
		return time.Time{}
	}
	return Latest(c.StartedAt, c.LastHeartbeatAt, c.SeenOpenAt).Add(c.HeartbeatTimeout)
}

// Deadline is the earliest instant at which a running clock ends the callback, and that clock. When
// two end it at the same instant the one that no reviewer can move is named: execution before
// timeout before heartbeat.
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

// End is the deadline without the heartbeat clock: the latest instant to which beats can stretch
// the callback. Zero for never.
func (c Clocks) End() (time.Time, DeadlineCause) {
	c.HeartbeatTimeout = 0
	return c.Deadline()
}

// causeAt is the callback's own clock that ran out at a time, where the history does not say which.
func (c Clocks) causeAt(at time.Time) DeadlineCause {
	if end := c.TimeoutAt(); c.HeartbeatTimeout > 0 && (end.IsZero() || at.Before(end.Add(-clockPrecision))) {
		return CauseHeartbeat
	}
	return CauseTimeout
}

// Earliest is the earliest of times.
func Earliest(first time.Time, rest ...time.Time) time.Time {
	for _, t := range rest {
		if t.Before(first) {
			first = t
		}
	}
	return first
}

// Latest is the latest of times.
func Latest(first time.Time, rest ...time.Time) time.Time {
	for _, t := range rest {
		if t.After(first) {
			first = t
		}
	}
	return first
}
