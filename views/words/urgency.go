package words

import (
	"time"

	"countersign/internal/callbacks"
)

// Times left under which something is due soon, or at risk.
const (
	soonUnder = time.Hour
	riskUnder = 15 * time.Minute
)

// Tone is the class that colours a time.
type Tone string

// The tones, from no hurry to too late.
const (
	ToneCalm Tone = ""
	ToneSoon Tone = "soon"
	ToneRisk Tone = "risk"
	ToneOver Tone = "over"
)

// Urgency is how much time a callback has, as its reader needs to know it.
type Urgency struct {
	At         time.Time // its true end; zero when nothing ends it
	Cause      callbacks.DeadlineCause
	From       time.Time // when the clock that ends it began
	Tone       Tone
	Unattended bool // a missing heartbeat ends it, and nobody sends any
	Beating    bool // heartbeats go out, or are due to
	KeptAlive  bool // and Lambda takes them
	BeatsFail  bool // and Lambda does not take them
}

// UrgencyOf looks at the clocks of an open callback. While Lambda takes its heartbeats, their clock
// is wound up again and again, so that its true end is that of the other clocks.
func UrgencyOf(c *callbacks.Callback, now time.Time) Urgency {
	u := Urgency{From: c.Clocks.StartedAt}
	u.At, u.Cause = c.Ends()
	if u.Beating = !c.NextHeartbeatAt.IsZero() && c.WantsHeartbeats(now); !u.Beating {
		u.At, u.Cause = c.Deadline()
	}
	u.KeptAlive = u.Beating && c.KeptAlive()
	u.BeatsFail = u.Beating && c.BeatsFail()
	if u.Cause == callbacks.CauseHeartbeat {
		u.Unattended = !u.Beating
		u.From = HeartbeatFrom(c.Clocks)
	}
	u.Tone = u.tone(now)
	return u
}

// tone colours the time left. A heartbeat that is missing is at risk sooner than a clock that
// somebody set.
func (u Urgency) tone(now time.Time) Tone {
	left, byHeartbeat := u.At.Sub(now), u.Cause == callbacks.CauseHeartbeat
	switch {
	case u.At.IsZero():
		return ToneCalm
	case left <= 0:
		return ToneOver
	case left < riskUnder, byHeartbeat && (u.BeatsFail || left < soonUnder):
		return ToneRisk
	case left < soonUnder:
		return ToneSoon
	}
	return ToneCalm
}

// Cause is a clock as it is named beside a time.
func Cause(cause callbacks.DeadlineCause) string {
	if cause == callbacks.NoDeadline {
		return "no deadline"
	}
	return string(cause)
}

// HeartbeatFrom is when the heartbeat clock began to run: with the last beat, or with the callback.
func HeartbeatFrom(c callbacks.Clocks) time.Time { return c.HeartbeatAt().Add(-c.HeartbeatTimeout) }
