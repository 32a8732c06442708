package callbacks

import "time"

// BeatsPerTimeout is how many heartbeats fit into one heartbeat timeout: if one is lost, the next
// still arrives in time.
const BeatsPerTimeout = 3

// LeastHeartbeatInterval is the least time between two heartbeats: AWS counts whole seconds.
const LeastHeartbeatInterval = time.Second

// HeartbeatInterval is the time between two heartbeats; zero if the callback needs none.
func (c *Callback) HeartbeatInterval() time.Duration {
	if c.Clocks.HeartbeatTimeout <= 0 {
		return 0
	}
	return max(c.Clocks.HeartbeatTimeout/BeatsPerTimeout, LeastHeartbeatInterval)
}

// WantsHeartbeats reports whether something keeps the callback alive now: a live review, a decision
// that is being delivered, or the sender's wish to keep it alive while it is queued.
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

// scheduleHeartbeat starts the heartbeats if they are wanted and none is scheduled. The first goes
// out at once, because much of the clock may have run already, but never sooner than an interval
// after the last one. A heartbeat scheduled farther ahead than an interval comes from a clock that
// was set back since, and is scheduled again; only a retry of a failed heartbeat may be that far
// off.
func (c *Callback) scheduleHeartbeat(now time.Time) {
	interval := c.HeartbeatInterval()
	farthest := interval
	if c.HeartbeatsFail() {
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
	// otherwise the last heartbeat still keeps the clock from running out
	if starts && !c.NextHeartbeatAt.After(now) {
		c.MissedHeartbeats.Since = now
	}
}

// refuseHeartbeat notes an answer to a heartbeat that only an operator can fix. A decision sent now
// would get the same answer.
func (c *Callback) refuseHeartbeat(reply Reply) {
	if c.State == Pending && reply.NeedsOperator() {
		c.Problem = reply
	}
}

// settleHeartbeat clears the problem of the heartbeats once one is accepted or none are sent any more.
func (c *Callback) settleHeartbeat() {
	if c.State == Pending {
		c.Problem = ""
	}
}

// StopHeartbeats stops the heartbeats if nobody wants them any more.
func (c *Callback) StopHeartbeats(now time.Time) {
	if !c.WantsHeartbeats(now) {
		c.NextHeartbeatAt = time.Time{}
		c.MissedHeartbeats = MissedHeartbeats{LostAt: c.MissedHeartbeats.LostAt}
		c.settleHeartbeat()
	}
}
