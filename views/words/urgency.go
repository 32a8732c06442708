package words

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Times left below which a callback is due soon, or at risk.
const (
	soonUnder = time.Hour
	riskUnder = 15 * time.Minute
)

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
	Unattended     bool // a missing heartbeat ends it, and no heartbeats are being sent
	Beating        bool // heartbeats are sent, or due to be
	KeptAlive      bool // heartbeats are sent, and Lambda accepts them
	HeartbeatsFail bool // heartbeats are sent, and Lambda does not accept them
}

// UrgencyOf reads the clocks of an open callback. While Lambda accepts its heartbeats, they keep
// restarting the heartbeat clock, so the callback really ends when one of the other clocks runs
// out.
func UrgencyOf(c *callbacks.Callback, now time.Time) Urgency {
	u := Urgency{From: c.Clocks.StartedAt}
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

// tone returns the colour of the time left. A missing heartbeat counts as at risk sooner than a
// timeout that somebody set.
func (u Urgency) tone(now time.Time) Tone {
	left, byHeartbeat := u.At.Sub(now), u.Cause == callbacks.CauseHeartbeat
	switch {
	case u.At.IsZero():
		return ToneCalm
	case left <= 0:
		return ToneOver
	case left < riskUnder, byHeartbeat && (u.HeartbeatsFail || left < soonUnder):
		return ToneRisk
	case left < soonUnder:
		return ToneSoon
	}
	return ToneCalm
}

// AtRisk returns, as filters that have nothing in common, what a callback's end has in common with
// those of others that are at risk: it is near, or a missing heartbeat ends it soon.
func AtRisk(now time.Time) []desk.Ends {
	near := now.Add(riskUnder)
	return []desk.Ends{{Before: near}, {From: near, Before: now.Add(soonUnder), Unattended: true}}
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
