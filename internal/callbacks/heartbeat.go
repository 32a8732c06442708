package callbacks

import (
	"time"

	"countersign/internal/replies"
)

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

// WantsHeartbeats reports whether something keeps the callback alive now: a live review, a
// signature that waits for others, a decision that is being delivered, or the sender's wish to keep
// it alive while it is queued.
func (c *Callback) WantsHeartbeats(now time.Time) bool {
	if c.Clocks.HeartbeatTimeout <= 0 {
		return false
	}
	switch c.State {
	case Decided:
		return true
	case Pending:
		return c.KeepAlive == KeepAliveQueued || now.Before(c.HeldUntil)
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
func (c *Callback) refuseHeartbeat(reply replies.Reply) {
	if c.State == Pending && reply.NeedsOperator() {
		c.Problem = reply
	}
}

// settleHeartbeat clears the problem of the heartbeats once one is accepted or none are sent any
// more.
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

// MissedHeartbeats describes heartbeats that Lambda has not accepted. The zero value means that
// Lambda accepts them or that none are sent.
type MissedHeartbeats struct {
	Since  time.Time     // when the first of them was due
	Failed int           // how many failed; 0 while the first of a series is on its way
	Reply  replies.Reply // to the last one that failed
	// LostAt is when the last heartbeat whose answer was lost was sent. It may have arrived and
	// reset the clock. LostAt is kept when the heartbeats stop.
	LostAt time.Time
}

// KeptAlive reports whether heartbeats are sent and Lambda accepts them.
func (c *Callback) KeptAlive() bool {
	return !c.NextHeartbeatAt.IsZero() && c.MissedHeartbeats.Since.IsZero()
}

// HeartbeatsFail reports whether heartbeats are sent and Lambda has refused, or not answered, those
// since the last that it accepted.
func (c *Callback) HeartbeatsFail() bool {
	return !c.NextHeartbeatAt.IsZero() && c.MissedHeartbeats.Failed > 0
}

// Beat notes an accepted heartbeat. The clock counts from the moment it was sent, because the time
// of its arrival is not known. Only the first heartbeat of a series and the first after failures
// have an audit entry: a queue that is kept alive would otherwise fill the audit with thousands a
// day.
func (c *Callback) Beat(sent time.Time, by Actor) AuditEntry {
	last, failed := c.Clocks.LastHeartbeatAt, c.MissedHeartbeats.Failed
	c.Clocks.LastHeartbeatAt = Latest(last, sent)
	c.Heartbeats++
	c.MissedHeartbeats = MissedHeartbeats{}
	c.settleHeartbeat()
	if failed == 0 && !last.IsZero() && sent.Sub(last) <= 2*c.HeartbeatInterval() {
		return AuditEntry{}
	}
	return c.entry(sent, by, ActionHeartbeat, Facts{Failed: failed})
}

// MissedHeartbeat is a heartbeat that Lambda did not accept.
type MissedHeartbeat struct {
	Sent   time.Time
	Taken  int // how many Lambda had accepted by then
	Reply  *replies.Error
	Jitter float64 // of the following pause, from 0 to 1
}

// MissHeartbeat notes a heartbeat that Lambda did not accept, and schedules the next try. A
// heartbeat whose answer was lost may have arrived, but nothing proves that it keeps the callback
// alive. Only the first failure of a series has an audit entry, because there may be thousands.
// MissHeartbeat does nothing if Lambda has accepted another heartbeat since. If nobody wants
// heartbeats any more, it only keeps LostAt.
func (c *Callback) MissHeartbeat(b MissedHeartbeat, now time.Time, by Actor) AuditEntry {
	if c.Heartbeats != b.Taken {
		return AuditEntry{}
	}
	reply := b.Reply.Reply
	if reply.Doubtful() {
		c.MissedHeartbeats.LostAt = Latest(c.MissedHeartbeats.LostAt, b.Sent)
	}
	if c.NextHeartbeatAt.IsZero() {
		return AuditEntry{}
	}
	if c.MissedHeartbeats.Since.IsZero() {
		c.MissedHeartbeats.Since = b.Sent
	}
	c.MissedHeartbeats.Failed++
	c.MissedHeartbeats.Reply = reply
	c.refuseHeartbeat(reply)
	c.NextHeartbeatAt = c.retryHeartbeat(now, b.Reply.RetryAfter, b.Jitter)
	if c.MissedHeartbeats.Failed > 1 {
		return AuditEntry{}
	}
	return c.entry(now, by, ActionHeartbeatFailed, Facts{Reply: reply})
}

// firstRetry is the pause after the first failed heartbeat, and the shortest of all.
const firstRetry = 500 * time.Millisecond

// retryHeartbeat is when a failed heartbeat is sent again: soon at first, then with pauses that
// grow up to the interval, and not before Lambda allows it. But at least one more is always tried
// while the clock runs, and several in its last moments.
func (c *Callback) retryHeartbeat(now time.Time, retryAfter time.Duration, jitter float64) time.Time {
	interval := max(c.HeartbeatInterval(), time.Second)
	pause := interval
	if n := c.MissedHeartbeats.Failed - 1; n < 16 {
		pause = min(firstRetry<<max(n, 0), interval)
	}
	pause = max(pause+time.Duration(float64(pause)*jitter/4), retryAfter)
	left := c.Clocks.HeartbeatAt().Sub(now)
	if left <= 0 {
		return now.Add(min(pause, interval))
	}
	lastMoments := min(interval/2, 2*time.Second)
	return now.Add(max(min(pause, left-lastMoments), firstRetry))
}

// mayLiveOn reports whether a heartbeat whose answer was lost may keep the callback alive past the
// heartbeat clock as we know it.
func (c *Callback) mayLiveOn(now time.Time) bool {
	return !c.MissedHeartbeats.LostAt.IsZero() && now.Before(c.MissedHeartbeats.LostAt.Add(c.Clocks.HeartbeatTimeout))
}
