package words

import (
	"time"

	"countersign/internal/callbacks"
)

// EndTime is the time after which nothing could happen to a callback any more; zero while it is
// open.
func EndTime(c *callbacks.Callback) time.Time {
	if c.Ending == nil {
		return time.Time{}
	}
	return c.Ending.At
}

// EndMark says in a few words how a callback ended, for a row of a list: "Approved by Dana", "Timed
// out by heartbeat".
func EndMark(c *callbacks.Callback, viewer callbacks.Person) Mark {
	m := Mark{Word: State(c.State), Icon: "clock", Tone: "timedout"}
	switch c.State {
	case callbacks.Completed:
		m.Icon, m.Tone = "check", DecisionTone(c.Decision)
		if m.Tone == "rejected" {
			m.Icon = "x"
		}
		m.Word = Decision(c.Decision) + " by " + ByActor(c.Decision.By, viewer)
		if c.ExecutionFailed {
			m = Mark{m.Word + ", but the execution failed", "warn", "problem"}
		}
	case callbacks.Lost:
		m = Mark{"Lost: " + EndedBy(c.Ending), "x", "over"}
	case callbacks.Undeliverable, callbacks.Unconfirmed:
		m = Mark{State(c.State), "warn", "problem"}
	case callbacks.TimedOut:
		if c.Ending != nil && c.Ending.Cause != callbacks.NoDeadline {
			m.Word = "Ended by " + string(c.Ending.Cause)
		}
	case callbacks.Closed:
		m.Icon = "flag"
		m.Word = Capital(EndedBy(c.Ending))
	case callbacks.Pending, callbacks.Decided:
		m = Mark{Word: State(c.State), Icon: "send", Tone: "delivering"}
	}
	return m
}

// EndedBy names who or what ended a callback that we did not complete.
func EndedBy(e *callbacks.Ending) string {
	if e == nil {
		return "closed elsewhere"
	}
	switch e.By {
	case callbacks.EndedByClock:
		if e.Cause == callbacks.NoDeadline {
			return "timed out"
		}
		return "ended by " + string(e.Cause)
	case callbacks.EndedByOther:
		return "another client completed it"
	case callbacks.EndedByExecution:
		return "the execution ended"
	case callbacks.EndedByGone:
		return "Lambda no longer knows it"
	case callbacks.EndedByUs:
		return "delivered"
	case callbacks.EndedByUnknown:
	}
	return "closed by an unknown client"
}
