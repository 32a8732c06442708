package callbacks

import (
	"fmt"
	"strings"
	"time"
)

// EndedBy says who or what ended a callback.
type EndedBy string

// Who or what ends a callback.
const (
	EndedByUs        EndedBy = "us"        // our decision was accepted
	EndedByOther     EndedBy = "other"     // another client completed it
	EndedByClock     EndedBy = "clock"     // Cause says which
	EndedByExecution EndedBy = "execution" // the execution was stopped or ended around it
	EndedByGone      EndedBy = "gone"      // Lambda no longer knows it
	EndedByUnknown   EndedBy = "unknown"   // Lambda says closed and the history cannot be read
)

// Ending says how a callback ended.
type Ending struct {
	By    EndedBy
	Cause DeadlineCause // the clock, where By is EndedByClock
	// as exact as known: the history's time, otherwise the time at which we learnt of it
	At     time.Time
	Kind   Kind   // the kind another client sent, if the history shows it
	Event  int    // number of the history event that shows it, 0 if none was read
	Proven bool   // the history holds exactly the bytes that were sent
	Doubt  Doubt  // why the ending is unconfirmed, if it is
	Detail string // one sentence for readers
}

// EndedByDecision is the ending of a callback whose decision Lambda accepted: Lambda said so, or
// the history shows our payload.
func (c *Callback) EndedByDecision(reply Reply, closing Closing, now time.Time) Ending {
	if reply == ReplyAccepted {
		return Ending{By: EndedByUs, At: now, Kind: c.Decision.Kind, Detail: "Lambda accepted the decision."}
	}
	return Ending{
		By: EndedByUs, At: closing.At, Kind: c.Decision.Kind, Event: closing.EventID, Proven: true,
		Detail: fmt.Sprintf("Lambda's answer was lost; history event %d holds our payload, sha256 %s.", closing.EventID, c.Decision.SHA256),
	}
}

// EndedAsAnswered is the ending of a callback that, according to Lambda, something other than our
// decision closed. If the history shows the end, the ending comes from there, because it says more
// than the answer.
func (c *Callback) EndedAsAnswered(reply Reply, found Finding, now time.Time) Ending {
	switch {
	case found.Ended():
		return c.EndedElsewhere(found.Closing, now)
	case reply == ReplyGone:
		return Ending{By: EndedByGone, At: now, Detail: "Lambda does not know this callback any more."}
	}
	return Ending{By: EndedByUnknown, At: now, Detail: "Lambda says that the callback was closed already. By whom is not known: its history does not tell."}
}

// EndedUndelivered is the ending of a callback whose decision certainly did not arrive and is not
// sent again.
func (c *Callback) EndedUndelivered(last Attempt, now time.Time) Ending {
	e := Ending{By: EndedByUnknown, At: now, Detail: "Lambda refused the decision for good: " + last.Code + "." + c.Decision.sizeNote()}
	if last.Reply != ReplyInvalid && last.Reply != ReplyMaybeClosed {
		_, cause := c.Clocks.End()
		// Lambda's answer goes into the callback's problem, which not everybody can read
		e.Detail = byOurClock(cause)
	}
	return e
}

// EndedUnconfirmed is the ending of a callback for which nobody knows what became of the decision.
// Either an answer was lost, or Lambda's answer may mean two things.
func (c *Callback) EndedUnconfirmed(doubt Doubt, answerLost bool, now time.Time) Ending {
	if answerLost {
		return Ending{By: EndedByUnknown, At: now, Doubt: doubt, Detail: "An answer was lost, and " + doubtClause[doubt] + "."}
	}
	return Ending{By: EndedByUnknown, At: now, Doubt: DoubtRefusal,
		Detail: "The decision was lost or refused, it is not known which: Lambda gives the same answer to a callback that is closed already and to " +
			"a request that it refuses, and " + doubtClause[doubt] + "." + c.Decision.sizeNote()}
}

// EndedElsewhere is the ending that the history or a source shows. If the history gives no time, the ending has
// the time at which we learnt of it; if the history does not name the clock, the ending names the
// one that had run out.
func (c *Callback) EndedElsewhere(closing Closing, now time.Time) Ending {
	e := Ending{By: closing.By, Cause: closing.Cause, At: closing.At, Event: closing.EventID}
	if e.At.IsZero() {
		e.At = now
	}
	if e.By == EndedByClock && e.Cause == NoDeadline {
		e.Cause = c.Clocks.causeAt(e.At)
	}
	switch closing.By {
	case EndedByClock:
		e.Detail = clockSentence[e.Cause]
	case EndedByExecution:
		e.Detail = aroundSentence[closing.Around]
	case EndedByGone:
		e.Detail = "Lambda does not know the execution any more."
	case EndedByOther:
		e.Detail = "Another client completed the callback."
		if e.Kind = closing.completedAs(); e.Kind != "" {
			e.Detail = fmt.Sprintf("Another client completed the callback with a %s.", e.Kind)
		}
	case EndedByUs, EndedByUnknown:
		e.Detail = "Lambda does not wait for the callback any more."
	}
	return e
}

var clockSentence = map[DeadlineCause]string{
	CauseTimeout:   "The callback's timeout ran out.",
	CauseHeartbeat: "No heartbeat came within the heartbeat timeout.",
	CauseExecution: "The execution reached its own time limit.",
}

var aroundSentence = map[Around]string{
	AroundUnknown:   "The execution ended around the callback.",
	AroundContext:   "The part of the function that waited for the callback ended without it.",
	AroundSucceeded: "The execution succeeded without waiting for the callback any longer.",
	AroundFailed:    "The execution failed while the callback was open.",
	AroundStopped:   "The execution was stopped.",
}

// byOurClock says that a clock ended the callback, for an end that nothing proves.
func byOurClock(cause DeadlineCause) string {
	said := strings.TrimSuffix(clockSentence[cause], ".")
	return "By our clock " + strings.ToLower(said[:1]) + said[1:] + "; its history could not be read."
}

// margin says when the event that came before a decision happened, and how much earlier it was.
func margin(e Ending, d *Decision) string {
	at := e.At.UTC().Format("2006-01-02 at 15:04:05.000 UTC")
	if d == nil || e.By == EndedByGone || e.By == EndedByUnknown {
		return " Lambda said so on " + at + "."
	}
	late := d.At.Sub(e.At)
	by := late.Abs()
	words := fmt.Sprintf("%.1f s", by.Seconds())
	switch {
	case by < 100*time.Millisecond:
		words = fmt.Sprintf("%d ms", by.Milliseconds())
	case by >= time.Minute:
		words = by.Round(time.Second).String()
	}
	if late < 0 {
		return " That was on " + at + ", " + words + " after the decision, which had not arrived."
	}
	return " That was on " + at + ", " + words + " before the decision."
}
