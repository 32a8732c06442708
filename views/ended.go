package views

import (
	"time"

	"countersign/internal/callbacks"
)

// endedAt is when nothing more could happen to a callback; zero while it is open.
func endedAt(c *callbacks.Callback) time.Time {
	if c.Ending == nil {
		return time.Time{}
	}
	return c.Ending.At
}

// howEnded says in a few words how a callback ended, for a line of a list: "Approved by Dana", "Timed out by heartbeat".
func howEnded(c *callbacks.Callback, viewer callbacks.Person) mark {
	m := mark{Word: stateWord(c.State), Icon: "clock", Tone: "timedout"}
	switch c.State {
	case callbacks.Completed:
		m.Icon, m.Tone = "check", decisionTone(c.Decision)
		if m.Tone == "rejected" {
			m.Icon = "x"
		}
		m.Word = decided(c.Decision) + " by " + byName(c.Decision.By, viewer)
		if c.ExecutionFailed {
			m = mark{m.Word + ", but the execution failed", "warn", "problem"}
		}
	case callbacks.Lost:
		m = mark{"Lost: " + endedBy(c.Ending), "x", "over"}
	case callbacks.Undeliverable, callbacks.Unconfirmed:
		m = mark{stateWord(c.State), "warn", "problem"}
	case callbacks.TimedOut:
		if c.Ending != nil && c.Ending.Cause != callbacks.NoDeadline {
			m.Word = "Ended by " + string(c.Ending.Cause)
		}
	case callbacks.Closed:
		m.Icon = "flag"
		m.Word = capital(endedBy(c.Ending))
	case callbacks.Pending, callbacks.Decided:
		m = mark{Word: stateWord(c.State), Icon: "send", Tone: "delivering"}
	}
	return m
}

// byName is a person in "Approved by …".
func byName(a callbacks.Actor, viewer callbacks.Person) string {
	if n := youBriefly(a, viewer); n != "You" {
		return n
	}
	return "you"
}

// endedBy names who or what ended a callback that we did not complete.
func endedBy(e *callbacks.Ending) string {
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

// capital begins a sentence. Our own words begin with ASCII.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
