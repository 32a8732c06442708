package callbacks

import "time"

// beatsPerTimeout is how many heartbeats fit into one heartbeat timeout: one may be lost and the next still comes in time.
const beatsPerTimeout = 3

// HeartbeatInterval is the time between two heartbeats, zero when the callback needs none. At least a second: AWS counts
// whole seconds.
func (c *Callback) HeartbeatInterval() time.Duration {
	if c.Clocks.HeartbeatTimeout <= 0 {
		return 0
	}
	return max(c.Clocks.HeartbeatTimeout/beatsPerTimeout, time.Second)
}

// WantsHeartbeats reports whether somebody's work keeps the callback alive now: a live review, a decision on its way, or
// the sender's wish that it lives while it is queued.
func (c *Callback) WantsHeartbeats(now time.Time) bool {
	if c.Clocks.HeartbeatTimeout <= 0 {
		return false
	}
	switch c.State {
	case Decided:
		return true
	case Pending:
		return c.KeepAlive == KeepAliveQueued || now.Before(c.ReviewedUntil)
	case Completed, Lost, Undeliverable, Unconfirmed, TimedOut, Closed:
	}
	return false
}

// scheduleHeartbeat starts the beats when they are wanted and none is scheduled. The first goes out at once, because much
// of the clock may have run already, but never sooner than an interval after the last one. What is scheduled farther ahead than
// an interval is of a clock that has been set back since, and is scheduled anew.
func (c *Callback) scheduleHeartbeat(now time.Time) {
	interval := c.HeartbeatInterval()
	if (c.NextHeartbeatAt.IsZero() || c.NextHeartbeatAt.After(now.Add(interval))) && c.WantsHeartbeats(now) {
		c.NextHeartbeatAt = now
		if c.Clocks.LastHeartbeatAt.Before(now) {
			c.NextHeartbeatAt = latest(now, c.Clocks.LastHeartbeatAt.Add(interval))
		}
	}
}

// Beat notes an accepted heartbeat. The clock counts from the moment it was sent: when it arrived is not known. Only the first
// of a stretch has an entry: a queue that is kept alive would fill the audit with thousands a day.
func (c *Callback) Beat(sent time.Time) AuditEntry {
	last := c.Clocks.LastHeartbeatAt
	c.Clocks.LastHeartbeatAt = latest(last, sent)
	c.Heartbeats++
	if c.State == Pending {
		c.Problem = ""
	}
	if !last.IsZero() && sent.Sub(last) <= 2*c.HeartbeatInterval() {
		return AuditEntry{}
	}
	return c.entry(sent, System("heartbeats"), ActionHeartbeat, "")
}

// refuseBeat notes an answer to a heartbeat that does not pass by itself. A decision on its way meets the same.
func (c *Callback) refuseBeat(answer Answer) {
	if c.State == Pending && answer.NeedsOperator() {
		c.Problem = answer
	}
}

// StopHeartbeats ends the beats when nobody wants them any more.
func (c *Callback) StopHeartbeats(now time.Time) {
	if !c.WantsHeartbeats(now) {
		c.NextHeartbeatAt = time.Time{}
	}
}

// retryHeartbeat is when a beat that failed is sent again: well inside the clock, and not before Lambda asked for it.
func (c *Callback) retryHeartbeat(now time.Time, retryAfter time.Duration) time.Time {
	pause := max(c.HeartbeatInterval()/4, 500*time.Millisecond, retryAfter)
	return now.Add(min(pause, max(c.HeartbeatInterval(), time.Second)))
}
