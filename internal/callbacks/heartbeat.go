package callbacks

import "time"

// BeatsPerTimeout is how many heartbeats fit into one heartbeat timeout: one may be lost and the
// next still comes in time.
const BeatsPerTimeout = 3

// LeastHeartbeatInterval is the least time between two heartbeats: AWS counts whole seconds.
const LeastHeartbeatInterval = time.Second

// HeartbeatInterval is the time between two heartbeats, zero when the callback needs none.
func (c *Callback) HeartbeatInterval() time.Duration {
	if c.Clocks.HeartbeatTimeout <= 0 {
		return 0
	}
	return max(c.Clocks.HeartbeatTimeout/BeatsPerTimeout, LeastHeartbeatInterval)
}

// WantsHeartbeats reports whether somebody's work keeps the callback alive now: a live review, a
// decision on its way, or the sender's wish that it lives while it is queued.
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

// scheduleHeartbeat starts the beats when they are wanted and none is scheduled. The first goes out
// at once, because much of the clock may have run already, but never sooner than an interval after
// the last one. What is scheduled farther ahead than an interval is of a clock that has been set
// back since, and is scheduled anew; only a beat that failed may have to wait longer.
func (c *Callback) scheduleHeartbeat(now time.Time) {
	interval := c.HeartbeatInterval()
	farthest := interval
	if c.BeatsFail() {
		farthest = c.Clocks.HeartbeatTimeout
	}
	starts := c.NextHeartbeatAt.IsZero()
	if !c.WantsHeartbeats(now) || !starts && !c.NextHeartbeatAt.After(now.Add(farthest)) {
		return
	}
	c.NextHeartbeatAt = now
	if c.Clocks.LastHeartbeatAt.Before(now) {
		c.NextHeartbeatAt = Latest(now, c.Clocks.LastHeartbeatAt.Add(interval))
	}
	if starts && !c.NextHeartbeatAt.After(now) { // else the last beat still winds up the clock
		c.Untaken.Since = now
	}
}

// refuseBeat notes an answer to a heartbeat that does not pass by itself. A decision on its way
// meets the same.
func (c *Callback) refuseBeat(answer Answer) {
	if c.State == Pending && answer.NeedsOperator() {
		c.Problem = answer
	}
}

// settleBeat forgets what a heartbeat met, once one is taken or none is sent any more.
func (c *Callback) settleBeat() {
	if c.State == Pending {
		c.Problem = ""
	}
}

// StopHeartbeats ends the beats when nobody wants them any more.
func (c *Callback) StopHeartbeats(now time.Time) {
	if !c.WantsHeartbeats(now) {
		c.NextHeartbeatAt = time.Time{}
		c.Untaken = Untaken{LostAt: c.Untaken.LostAt}
		c.settleBeat()
	}
}
