package views

import (
	"time"

	"countersign/internal/callbacks"
)

// Times left under which something is due soon, or at risk.
const (
	soonUnder = time.Hour
	riskUnder = 15 * time.Minute
)

// lockUnder is the time left under which a decision would arrive too late, so that the page takes none.
const lockUnder = 2 * time.Second

// tone is the class that colours a time.
type tone string

const (
	toneCalm tone = ""
	toneSoon tone = "soon"
	toneRisk tone = "risk"
	toneOver tone = "over"
)

// urgency is how much time a callback has, as its reader needs to know it.
type urgency struct {
	At         time.Time // its true end; zero when nothing ends it
	Cause      callbacks.DeadlineCause
	From       time.Time // when the clock that ends it began
	Tone       tone
	Unattended bool // a missing heartbeat ends it, and nobody sends any
	Beating    bool // heartbeats go out, or are due to
	KeptAlive  bool // and Lambda takes them
	BeatsFail  bool // and Lambda does not take them
}

// urgencyOf looks at the clocks of an open callback. While Lambda takes its heartbeats, their clock is wound up again and again,
// so that its true end is that of the other clocks.
func urgencyOf(c *callbacks.Callback, now time.Time) urgency {
	u := urgency{From: c.Clocks.StartedAt}
	u.At, u.Cause = c.Ends()
	if u.Beating = !c.NextHeartbeatAt.IsZero() && c.WantsHeartbeats(now); !u.Beating {
		u.At, u.Cause = c.Deadline()
	}
	u.KeptAlive = u.Beating && c.KeptAlive()
	u.BeatsFail = u.Beating && c.BeatsFail()
	if u.Cause == callbacks.CauseHeartbeat {
		u.Unattended = !u.Beating
		u.From = beatFrom(c.Clocks)
	}
	u.Tone = u.tone(now)
	return u
}

// tone colours the time left. A heartbeat that is missing is at risk sooner than a clock that somebody set.
func (u urgency) tone(now time.Time) tone {
	left, byHeartbeat := u.At.Sub(now), u.Cause == callbacks.CauseHeartbeat
	switch {
	case u.At.IsZero():
		return toneCalm
	case left <= 0:
		return toneOver
	case left < riskUnder, byHeartbeat && (u.BeatsFail || left < soonUnder):
		return toneRisk
	case left < soonUnder:
		return toneSoon
	}
	return toneCalm
}

// share is how much of a clock is left, in percent.
func share(from, until, now time.Time) int {
	whole := until.Sub(from)
	if whole <= 0 {
		return 0
	}
	return int(min(max(until.Sub(now)*100/whole, 0), 100))
}

// causeWord is a clock as it is named beside a time.
func causeWord(cause callbacks.DeadlineCause) string {
	if cause == callbacks.NoDeadline {
		return "no deadline"
	}
	return string(cause)
}

func causeIcon(cause callbacks.DeadlineCause) string {
	switch cause {
	case callbacks.CauseHeartbeat:
		return "pulse"
	case callbacks.CauseExecution:
		return "exec"
	case callbacks.NoDeadline:
		return "none"
	case callbacks.CauseTimeout:
	}
	return "clock"
}

// toneWord names a tone, because colour never stands alone.
func toneWord(t tone) string {
	switch t {
	case toneSoon:
		return "Due soon"
	case toneRisk:
		return "At risk"
	case toneOver:
		return "Overdue"
	case toneCalm:
	}
	return "Calm"
}

// beatFrom is when the heartbeat clock began to run: with the last beat, or with the callback.
func beatFrom(c callbacks.Clocks) time.Time { return c.HeartbeatAt().Add(-c.HeartbeatTimeout) }

// okWhen is the class of a bar that only refills.
func okWhen(kept bool) string {
	if kept {
		return "ok"
	}
	return ""
}
