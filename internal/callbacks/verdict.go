package callbacks

import (
	"fmt"
	"time"
)

// maxBackoff bounds the pause between two attempts.
const maxBackoff = 5 * time.Minute

// lastCall is how long after the deadline delivery is still tried: Lambda's own "closed" is better proof than our clock.
const lastCall = 15 * time.Minute

// evidence is all that is known after an attempt: what Lambda answered, what earlier attempts left in doubt, and what the
// history says where it was asked.
type evidence struct {
	answer   Answer
	doubtful bool         // an attempt may have taken effect, this one or an earlier one
	history  historyState // of the question how the callback was closed
	reading  Answer       // to that question, where it brought no history; empty where there was nobody to ask
	closing  Closing      // what the history says, with historyRead
	readings int          // of the history so far, this one included
	overdue  bool         // the deadline has passed by more than lastCall
}

// historyState says what became of the question to the history.
type historyState int

const (
	historyUnasked    historyState = iota // the answer did not call for it
	historyRead                           // closing holds what it says
	historyBusy                           // throttled or failing: ask again
	historyPutOff                         // it may not be asked yet, because others were asked so much
	historyUnreadable                     // no ARN, no permission, retention over: it will never tell
)

// verdict is the next step of a delivery.
type verdict int

const (
	retry verdict = iota
	delivered
	lost
	undeliverable
	unconfirmed
)

func (v verdict) String() string {
	return [...]string{"retry", "delivered", "lost", "undeliverable", "unconfirmed"}[v]
}

// judge is the table of answers: answer × certainty × history → the next step. "Closed" alone says neither who nor what
// (CallbackTimeoutException stands for expired and for already closed), so the history settles it wherever it can be read.
func judge(e evidence, ours Completion) verdict {
	switch e.answer {
	case AnswerAccepted:
		return delivered
	case AnswerInvalid:
		return undeliverable
	case AnswerClosed, AnswerGone:
		return judgeClosed(e, ours)
	case AnswerThrottled, AnswerDenied, AnswerKMS, AnswerFault, AnswerNone, AnswerUnsent:
	}
	switch {
	case !e.overdue:
		return retry
	case e.doubtful:
		return unconfirmed
	}
	return lost
}

// judgeClosed decides what "closed" and "gone" mean.
func judgeClosed(e evidence, ours Completion) verdict {
	switch e.history {
	case historyRead:
		switch {
		case e.closing.Open: // the history lags behind the answer
			return afterOpen(e)
		case e.closing.Completion != nil:
			if e.closing.Completion.same(ours) {
				return delivered
			}
			return lost
		case e.closing.By == EndedByOther && e.doubtful: // a client, but its payload is truncated or unreadable
			return unconfirmed
		}
		return lost
	case historyBusy, historyPutOff:
		return afterOpen(e)
	case historyUnasked, historyUnreadable:
	}
	if e.doubtful {
		return unconfirmed
	}
	return lost
}

// afterOpen waits for a history that cannot tell yet, but not for ever.
func afterOpen(e evidence) verdict {
	switch {
	case !e.overdue && e.readings < maxReadings:
		return retry
	case e.doubtful:
		return unconfirmed
	}
	return lost
}

// maxReadings is how often a history that lags or is throttled is read before the answer has to do. Attempts that Lambda did not
// answer with "closed" are none of them: nothing was read then.
const maxReadings = 20

// backoff is the pause before the next attempt: doubling from half a second, with jitter in [0,1), as long as Lambda asks
// for, and short enough to leave room for more than one attempt before the deadline.
func backoff(tries int, retryAfter time.Duration, left time.Duration, jitter float64) time.Duration {
	pause := maxBackoff
	if tries < 10 {
		pause = min(500*time.Millisecond<<max(tries-1, 0), maxBackoff)
	}
	pause += time.Duration(float64(pause) * jitter / 4)
	pause = max(pause, retryAfter)
	if left > 0 && pause > left/2 {
		pause = max(left/2, 200*time.Millisecond)
	}
	return pause
}

// endingOf says in the ending what the evidence shows.
func endingOf(v verdict, e evidence, c *Callback, now time.Time) Ending {
	if v == delivered {
		if e.answer == AnswerAccepted {
			return Ending{By: EndedByUs, At: now, Kind: c.Decision.Kind, Detail: "Lambda accepted the decision."}
		}
		return Ending{By: EndedByUs, At: e.closing.At, Kind: c.Decision.Kind,
			Event:  e.closing.EventID,
			Detail: fmt.Sprintf("Lambda's answer was lost; history event %d shows that the decision arrived.", e.closing.EventID)}
	}
	if e.history == historyRead && !e.closing.Open {
		return c.endedElsewhere(e.closing)
	}
	if at, cause := c.Deadline(); cause != NoDeadline && !now.Before(at) {
		return Ending{By: EndedByClock, Cause: cause, At: at, Detail: clockSentence[cause]}
	}
	if e.answer == AnswerGone {
		return Ending{By: EndedByGone, At: now, Detail: "Lambda does not know this callback any more."}
	}
	return Ending{By: EndedByUnknown, At: now, Detail: "Lambda says that the callback was closed already; its history cannot be read."}
}

// endedElsewhere turns what the history says into an ending.
func (c *Callback) endedElsewhere(closing Closing) Ending {
	e := Ending{By: closing.By, Cause: closing.Cause, At: closing.At, Event: closing.EventID}
	switch closing.By {
	case EndedByClock:
		e.Detail = clockSentence[closing.Cause]
	case EndedByExecution:
		e.Detail = "The execution ended around the callback."
	case EndedByOther:
		e.Detail = "Another client completed the callback."
		if closing.Completion != nil {
			e.Kind = closing.Completion.Kind
			e.Detail = fmt.Sprintf("Another client completed the callback with a %s.", e.Kind)
		}
	case EndedByUs, EndedByGone, EndedByUnknown:
		e.Detail = "Lambda does not wait for the callback any more."
	}
	return e
}
