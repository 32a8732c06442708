package callbacks

import (
	"time"

	"countersign/internal/replies"
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
	By EndedBy
	// the clock that ended it; with EndedByUnknown and Assumed the clock that had run out by ours
	Cause DeadlineCause
	// as exact as known: the history's time, otherwise the time at which we learnt of it
	At time.Time
	// Assumed says that a clock ran out by ours, and that no history proves it.
	Assumed bool
	Around  Around // what ended around the callback, if it had no end of its own

	Kind   Kind // the kind another client sent, if the history shows it
	Event  int  // number of the history event that shows it, 0 if none was read
	Proven bool // the history holds exactly the bytes that were sent
	// Lambda accepted the decision, although the history shows this ending
	Accepted bool

	Doubt Doubt // why nobody knows what became of the decision
	// why the history could not be read, where Doubt is DoubtRefusal
	Unread Doubt
	// Lambda's reply, and AWS's error code, by which the decision was refused for good
	Refusal replies.Reply
	Code    string
}

// EndedByDecision is the ending of a callback whose decision Lambda accepted: Lambda said so, or
// the history shows our payload.
func (c *Callback) EndedByDecision(reply replies.Reply, closing Closing, now time.Time) Ending {
	if reply == replies.Accepted {
		return Ending{By: EndedByUs, At: now, Kind: c.Decision.Kind}
	}
	return Ending{
		By: EndedByUs, At: closing.At, Kind: c.Decision.Kind, Event: closing.EventID, Proven: true,
	}
}

// EndedAsAnswered is the ending of a callback that, according to Lambda, something other than our
// decision closed. If the history shows the end, the ending comes from there, because it says more
// than the reply.
func (c *Callback) EndedAsAnswered(reply replies.Reply, found Finding, now time.Time) Ending {
	switch {
	case found.Ended():
		return c.EndedElsewhere(found.Closing, now)
	case reply == replies.Gone:
		return Ending{By: EndedByGone, At: now}
	}
	return Ending{By: EndedByUnknown, At: now}
}

// EndedUndelivered is the ending of a callback whose decision certainly did not arrive and is not
// sent again.
func (c *Callback) EndedUndelivered(last Attempt, now time.Time) Ending {
	if last.Reply == replies.Invalid || last.Reply == replies.MaybeClosed {
		return Ending{By: EndedByUnknown, At: now, Refusal: last.Reply, Code: last.Code}
	}
	// Lambda's reply goes into the callback's problem, which not everybody can read
	_, cause := c.Clocks.End()
	return Ending{By: EndedByUnknown, At: now, Cause: cause, Assumed: true}
}

// EndedUnconfirmed is the ending of a callback for which nobody knows what became of the decision.
// Either a reply was lost, or Lambda's reply may mean two things.
func (c *Callback) EndedUnconfirmed(doubt Doubt, replyLost bool, now time.Time) Ending {
	if replyLost {
		return Ending{By: EndedByUnknown, At: now, Doubt: doubt}
	}
	return Ending{By: EndedByUnknown, At: now, Doubt: DoubtRefusal, Unread: doubt}
}

// EndedElsewhere is the ending that the history or a source shows. If it gives no time, the ending
// has the time at which we learnt of it; if it does not name the clock, the ending names the one
// that had run out.
func (c *Callback) EndedElsewhere(closing Closing, now time.Time) Ending {
	e := Ending{
		By: closing.By, Cause: closing.Cause, Around: closing.Around, At: closing.At,
		Event: closing.EventID,
	}
	if e.At.IsZero() {
		e.At = now
	}
	if e.By == EndedByClock && e.Cause == NoDeadline {
		e.Cause = c.Clocks.causeAt(e.At)
	}
	switch e.By {
	case EndedByOther:
		e.Kind = closing.completedAs()
	case EndedByGone:
		e.Around = AroundGone
	case EndedByUs, EndedByClock, EndedByExecution, EndedByUnknown:
	}
	return e
}

// Doubt is why nobody knows what became of a decision. An answer was lost or may mean two things,
// and a Doubt says why the history could not settle it.
type Doubt string

// The doubts. Each needs something different from an operator.
const (
	DoubtNoARN  Doubt = "no_arn" // the announcement did not name the execution
	DoubtDenied Doubt = "denied" // we may not read the history
	DoubtGone   Doubt = "gone"   // Lambda has no history of the callback, or no longer has it
	// Lambda refused the request for the history, as it does for an ARN that it does not know
	DoubtRefused Doubt = "refused"
	// the key of the history could not be used, up to the last try
	DoubtKMS       Doubt = "kms"
	DoubtThrottled Doubt = "throttled" // AWS throttled the request, up to the last try
	DoubtFailing   Doubt = "failing"   // the request was not answered, up to the last try
	// the history showed the callback open, up to the last try, although Lambda says that it is
	// closed
	DoubtOpen Doubt = "open"
	// a client closed the callback, with a payload that the history does not show
	DoubtPayload Doubt = "payload"
	// DoubtRefusal is for a decision that certainly did not arrive. It was lost or refused; which
	// one is unknown, because the history cannot be read.
	DoubtRefusal Doubt = "lost_or_refused"
)
