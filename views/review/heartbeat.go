package review

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/views/words"
)

// recoveryShown is how long the page says that Lambda takes the heartbeats again.
const recoveryShown = time.Minute

// mendingBeats says to an admin what to do about heartbeats that fail, nothing where that passes by
// itself.
func mendingBeats(c *callbacks.Callback, viewer callbacks.Person) string {
	if !viewer.Roles.Admin {
		return ""
	}
	return words.Remedy(c.Untaken.Answer, c.HeartbeatPermission(), "", "")
}

// beatText says what keeps the callback alive, or why nothing does.
func beatText(m Review, viewer callbacks.Person, u words.Urgency) string {
	switch {
	case u.BeatsFail:
		return "Not taken: " + words.AnswerFor(m.Callback.Untaken.Answer, viewer) + "."
	case u.KeptAlive:
		return keeper(m, viewer)
	case u.Beating:
		return "The first heartbeat is on its way."
	}
	return "No heartbeats are being sent."
}

// unlessBeaten reports whether the callback ends unless a heartbeat arrives that is under way.
func unlessBeaten(u words.Urgency) bool {
	return u.Beating && !u.KeptAlive && u.Cause == callbacks.CauseHeartbeat
}

// whatArrives is what may still arrive before the heartbeat clock runs out.
func whatArrives(c *callbacks.Callback) string {
	if c.State == callbacks.Decided {
		return "one, or the decision, arrives"
	}
	return "one arrives"
}

// recovered reports whether Lambda took a heartbeat again a moment ago, after others failed.
func recovered(m Review, u words.Urgency, now time.Time) bool {
	for _, e := range m.Audit {
		if e.Action == callbacks.ActionHeartbeat {
			return u.KeptAlive && e.Detail != "" && now.Sub(e.At) < recoveryShown
		}
	}
	return false
}
