package words

import (
	"cmp"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// soonUnder is the time left below which a callback is due soon.
const soonUnder = time.Hour

// Tone is the class that colours a time.
type Tone string

// The tones, in the order from no hurry to too late.
const (
	ToneCalm Tone = ""
	ToneSoon Tone = "soon"
	ToneRisk Tone = "risk"
	ToneOver Tone = "over"
)

// Urgency is how much time a callback has, seen by the reader.
type Urgency struct {
	At             time.Time // when the callback will really end; zero if nothing ends it
	Cause          callbacks.DeadlineCause
	From           time.Time // the start of the clock that ends it
	Tone           Tone
	Usual          time.Duration // within which decisions in its queue are usually made; zero if that is not known
	Unattended     bool          // a missing heartbeat ends it, and no heartbeats are being sent
	Beating        bool          // heartbeats are sent, or due to be
	KeptAlive      bool          // heartbeats are sent, and Lambda accepts them
	HeartbeatsFail bool          // heartbeats are sent, and Lambda does not accept them
}

// UrgencyOf reads the clocks of an open callback in a queue whose usual time is zero if it is not
// known. While Lambda accepts its heartbeats, they keep restarting the heartbeat clock, so the
// callback really ends when one of the other clocks runs out.
func UrgencyOf(c *callbacks.Callback, usual time.Duration, now time.Time) Urgency {
	u := Urgency{From: c.Clocks.StartedAt, Usual: usual}
	u.At, u.Cause = c.Ends()
	if u.Beating = !c.NextHeartbeatAt.IsZero() && c.WantsHeartbeats(now); !u.Beating {
		u.At, u.Cause = c.Deadline()
	}
	u.KeptAlive = u.Beating && c.KeptAlive()
	u.HeartbeatsFail = u.Beating && c.HeartbeatsFail()
	if u.Cause == callbacks.CauseHeartbeat {
		u.Unattended = !u.Beating
		u.From = HeartbeatFrom(c.Clocks)
	}
	u.Tone = u.tone(now)
	return u
}

// Slack is the time to spare at a moment: what is left, less what decisions usually take.
func (u Urgency) Slack(now time.Time) time.Duration {
	return u.At.Sub(now) - cmp.Or(u.Usual, desk.FewDecisions)
}

// tone returns the colour of the time left. A missing heartbeat counts as at risk sooner than a
// timeout that somebody set. [desk.Ends] finds the same as at risk.
func (u Urgency) tone(now time.Time) Tone {
	left, byHeartbeat := u.At.Sub(now), u.Cause == callbacks.CauseHeartbeat
	switch {
	case u.At.IsZero():
		return ToneCalm
	case left <= 0:
		return ToneOver
	case u.Slack(now) < 0, byHeartbeat && (u.HeartbeatsFail || left < desk.UnattendedRisk):
		return ToneRisk
	case left < soonUnder:
		return ToneSoon
	}
	return ToneCalm
}

// Cause names a clock beside a time.
func Cause(cause callbacks.DeadlineCause) string {
	if cause == callbacks.NoDeadline {
		return "no deadline"
	}
	return string(cause)
}

// HeartbeatFrom returns the start of the heartbeat clock: the last heartbeat, or the start of the
// callback.
func HeartbeatFrom(c callbacks.Clocks) time.Time { return c.HeartbeatAt().Add(-c.HeartbeatTimeout) }
