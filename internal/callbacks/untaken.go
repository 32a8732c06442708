package callbacks

import (
	"fmt"
	"time"
)

// Untaken tells of heartbeats that Lambda has not taken. The zero value means that it takes them,
// or that none are sent.
type Untaken struct {
	Since  time.Time // when the first of them was due
	Failed int       // how many failed; 0 while the first of a stretch is on its way
	Answer Answer    // to the last that failed
	// LostAt is when the last beat was sent whose answer was lost. It may have arrived and wound up
	// the clock. It is kept when the beats stop.
	LostAt time.Time
}

// KeptAlive reports whether heartbeats go out and Lambda takes them.
func (c *Callback) KeptAlive() bool { return !c.NextHeartbeatAt.IsZero() && c.Untaken.Since.IsZero() }

// BeatsFail reports whether heartbeats go out and Lambda has refused, or not answered, those since
// the last that it took.
func (c *Callback) BeatsFail() bool { return !c.NextHeartbeatAt.IsZero() && c.Untaken.Failed > 0 }

// Beat notes an accepted heartbeat. The clock counts from the moment it was sent: when it arrived
// is not known. Only the first of a stretch has an entry, and the first after others failed: a
// queue that is kept alive would fill the audit with thousands a day.
func (c *Callback) Beat(sent time.Time, by Actor) AuditEntry {
	last, failed := c.Clocks.LastHeartbeatAt, c.Untaken.Failed
	c.Clocks.LastHeartbeatAt = Latest(last, sent)
	c.Heartbeats++
	c.Untaken = Untaken{}
	c.settleBeat()
	entry := c.entry(sent, by, ActionHeartbeat, "")
	switch {
	case failed > 0:
		entry.Detail = fmt.Sprintf("Taken again after %d that failed.", failed)
	case !last.IsZero() && sent.Sub(last) <= 2*c.HeartbeatInterval():
		return AuditEntry{}
	}
	return entry
}

// FailedBeat is a heartbeat that was not taken.
type FailedBeat struct {
	Sent   time.Time
	Taken  int // how many Lambda had taken then
	Answer *LambdaError
	Jitter float64 // of the pause that follows, from 0 to 1
}

// MissBeat notes a heartbeat that was not taken, and when it is sent again. One whose answer was
// lost may have arrived, but it keeps nothing alive as far as anybody knows. Only the first failure
// of a stretch has an entry: there may be thousands. It tells nothing where Lambda has taken
// another beat since, nor where nobody wants beats any more.
func (c *Callback) MissBeat(b FailedBeat, now time.Time, by Actor) AuditEntry {
	if c.Heartbeats != b.Taken {
		return AuditEntry{}
	}
	answer := b.Answer.Answer
	if answer.Doubtful() {
		c.Untaken.LostAt = Latest(c.Untaken.LostAt, b.Sent)
	}
	if c.NextHeartbeatAt.IsZero() {
		return AuditEntry{}
	}
	if c.Untaken.Since.IsZero() {
		c.Untaken.Since = b.Sent
	}
	c.Untaken.Failed++
	c.Untaken.Answer = answer
	c.refuseBeat(answer)
	c.NextHeartbeatAt = c.retryHeartbeat(now, b.Answer.RetryAfter, b.Jitter)
	if c.Untaken.Failed > 1 {
		return AuditEntry{}
	}
	return c.entry(now, by, ActionHeartbeatFailed, "Lambda did not take it: "+answer.words()+".")
}

// firstRetry is the pause after the first beat that failed, and the shortest of all.
const firstRetry = 500 * time.Millisecond

// retryHeartbeat is when a beat that failed is sent again: soon, then less and less often up to the
// interval, and not before Lambda asked for it. But one more is always tried while the clock runs,
// and several in its last moments.
func (c *Callback) retryHeartbeat(now time.Time, retryAfter time.Duration, jitter float64) time.Time {
	interval := max(c.HeartbeatInterval(), time.Second)
	pause := interval
	if n := c.Untaken.Failed - 1; n < 16 {
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

// mayLiveOn reports whether a beat whose answer was lost may keep the callback alive past the
// heartbeat clock as we know it.
func (c *Callback) mayLiveOn(now time.Time) bool {
	return !c.Untaken.LostAt.IsZero() && now.Before(c.Untaken.LostAt.Add(c.Clocks.HeartbeatTimeout))
}
