package words

import (
	"fmt"
	"strings"
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

// Ending says in a sentence how a callback ended; it is empty while the callback is open. d is the
// decision on the callback, nil if there is none.
func Ending(e *callbacks.Ending, d *callbacks.Decision) string {
	switch {
	case e == nil:
		return ""
	case e.Accepted:
		elsewhere := *e
		elsewhere.Accepted = false
		return "Lambda accepted the decision, but the execution's history shows another end: " +
			lowered(Ending(&elsewhere, d))
	case e.Doubt != "":
		return doubtful(e, d)
	case e.Refusal != "":
		return "Lambda refused the decision for good: " + e.Code + "." + sizeNote(d)
	case e.Assumed && clockSentences[e.Cause] != "":
		clock := strings.TrimSuffix(clockSentences[e.Cause], ".")
		return "By our clock " + lowered(clock) + "; its history could not be read."
	}
	switch e.By {
	case callbacks.EndedByUs:
		if e.Proven && d != nil {
			return fmt.Sprintf("Lambda's answer was lost; history event %d holds our payload%s.", e.Event, hashed(d))
		}
		return "Lambda accepted the decision."
	case callbacks.EndedByClock:
		return clockSentences[e.Cause]
	case callbacks.EndedByExecution:
		return aroundSentences[e.Around]
	case callbacks.EndedByOther:
		if e.Kind != "" {
			return fmt.Sprintf("Another client completed the callback with a %s.", e.Kind)
		}
		return "Another client completed the callback."
	case callbacks.EndedByGone:
		if e.Around == callbacks.AroundGone {
			return "Lambda does not know the execution any more."
		}
		return "Lambda does not know this callback any more."
	case callbacks.EndedByUnknown:
	}
	return "Lambda says that the callback was closed already. By whom is not known: " +
		"its history does not tell."
}

var clockSentences = map[callbacks.DeadlineCause]string{
	callbacks.CauseTimeout:   "The callback's timeout ran out.",
	callbacks.CauseHeartbeat: "No heartbeat came within the heartbeat timeout.",
	callbacks.CauseExecution: "The execution reached its own time limit.",
}

// lowered returns a sentence as the second half of another.
func lowered(sentence string) string {
	if sentence == "" {
		return ""
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// aroundSentences say how the end of the execution, or of a part of it, left the callback.
var aroundSentences = map[callbacks.Around]string{
	callbacks.AroundUnknown:   "The execution ended around the callback.",
	callbacks.AroundContext:   "The part of the function that waited for the callback ended without it.",
	callbacks.AroundSucceeded: "The execution succeeded without waiting for the callback any longer.",
	callbacks.AroundFailed:    "The execution failed while the callback was open.",
	callbacks.AroundStopped:   "The execution was stopped.",
}

// doubtful says why nobody knows what became of a decision.
func doubtful(e *callbacks.Ending, d *callbacks.Decision) string {
	if e.Doubt != callbacks.DoubtRefusal {
		return "An answer was lost, and " + doubtClauses[e.Doubt] + "."
	}
	return "The decision was lost or refused, it is not known which: Lambda gives the same answer " +
		"to a callback that is closed already and to a request that it refuses, and " +
		doubtClauses[e.Unread] + "." + sizeNote(d)
}

var doubtClauses = map[callbacks.Doubt]string{
	callbacks.DoubtNoARN:     "the execution's history cannot be read: its announcement did not name the execution",
	callbacks.DoubtDenied:    "the execution's history may not be read, which an admin was told",
	callbacks.DoubtGone:      "Lambda has no history of this callback, or has it no longer",
	callbacks.DoubtRefused:   "Lambda refused to show the history of the execution that was announced",
	callbacks.DoubtKMS:       "the execution's history could not be read until the end, and an admin was told why",
	callbacks.DoubtThrottled: "AWS throttled the reading of the execution's history until the end",
	callbacks.DoubtFailing:   "the execution's history could not be read until the end",
	callbacks.DoubtOpen:      "Lambda says that the callback is closed while the execution's history showed it open until the end",
	callbacks.DoubtPayload:   "the execution's history shows that a client completed the callback, but not with what",
}

// sizeNote says that the size of a decision may be why Lambda refused it; it is empty if Lambda
// takes that size everywhere.
func sizeNote(d *callbacks.Decision) string {
	if d == nil || d.Size <= callbacks.OlderMaxCompletionBytes {
		return ""
	}
	return fmt.Sprintf(" Its size may be why: it has %d bytes, and where the limit has not been "+
		"raised yet Lambda takes at most %d.", d.Size, callbacks.OlderMaxCompletionBytes)
}
