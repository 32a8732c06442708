package review

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// recoveryShown is how long the page says that Lambda accepts heartbeats again.
const recoveryShown = time.Minute

// mendingBeats tells an admin what to do about failing heartbeats; it is empty if the failure
// passes by itself.
func mendingBeats(c *callbacks.Callback, viewer callbacks.Person) string {
	if !viewer.Roles.Admin {
		return ""
	}
	return words.Remedy(c.MissedHeartbeats.Reply, words.HeartbeatPermission(c), "", "")
}

// beatText says what keeps the callback alive, or why nothing does.
func beatText(m Review, s views.Shell, u words.Urgency) string {
	switch {
	case u.HeartbeatsFail:
		return "Not taken: " + words.AnswerFor(m.Callback.MissedHeartbeats.Reply, s.Viewer) + "."
	case u.KeptAlive:
		return keeper(m, s)
	case u.Beating:
		return "The first heartbeat is on its way."
	case signedTooLong(m, s.Moment.Now):
		return "A signature waits for others, but it keeps the callback alive no longer: that ended " + s.Moment.Minute(m.Callback.SignedUntil(m.ReviewLimits)) + "."
	}
	return "No heartbeats are being sent."
}

// signedTooLong reports whether a signature waits that may not keep the callback alive any more.
func signedTooLong(m Review, now time.Time) bool {
	until := m.Callback.SignedUntil(m.ReviewLimits)
	return m.Callback.State == callbacks.Pending && !until.IsZero() && !now.Before(until)
}

// unlessBeaten reports whether the callback ends unless a heartbeat that is being sent arrives.
func unlessBeaten(u words.Urgency) bool {
	return u.Beating && !u.KeptAlive && u.Cause == callbacks.CauseHeartbeat
}

// whatArrives names what may still arrive before the heartbeat timeout expires.
func whatArrives(c *callbacks.Callback) string {
	if c.State == callbacks.Decided {
		return "one, or the decision, arrives"
	}
	return "one arrives"
}

// recovered reports whether Lambda has just accepted a heartbeat after it refused others.
func recovered(m Review, u words.Urgency, now time.Time) bool {
	for _, e := range m.Audit {
		if e.Action == callbacks.ActionHeartbeat {
			return u.KeptAlive && e.Facts.Failed > 0 && now.Sub(e.At) < recoveryShown
		}
	}
	return false
}
