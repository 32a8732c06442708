package callbacks

import "time"

// MissedHeartbeats describes heartbeats that Lambda has not accepted. The zero value means that Lambda
// accepts them or that none are sent.
type MissedHeartbeats struct {
	Since  time.Time // when the first of them was due
	Failed int       // how many failed; 0 while the first of a series is on its way
	Reply  Reply     // to the last one that failed
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
	Reply  *LambdaError
	Jitter float64 // of the following pause, from 0 to 1
}

// MissHeartbeat notes a heartbeat that Lambda did not accept, and schedules the next try. A heartbeat
// whose answer was lost may have arrived, but nothing proves that it keeps the callback alive. Only
// the first failure of a series has an audit entry, because there may be thousands. MissHeartbeat does
// nothing if Lambda has accepted another heartbeat since. If nobody wants heartbeats any more, it
// only keeps LostAt.
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
