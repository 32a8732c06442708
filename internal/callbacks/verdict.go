package callbacks

import (
	"fmt"
	"time"
)

// maxBackoff bounds the pause between two attempts.
const maxBackoff = 5 * time.Minute

// maxReadings is how often the history is asked in vain before what is known has to do. They are five minutes apart at most: a
// day of it ends a delivery, and no single answer.
const maxReadings = 300

// How often the history may show a callback open, although Lambda refuses what is sent to it, before that is believed. The
// first readings take some seconds, in which a history that lags shows the end. After a doubtful attempt they take minutes:
// it may be our own success that made Lambda refuse.
const (
	openReadings         = 5
	openReadingsDoubtful = 10
)

// deniedReadings is how often permission to read the history may be denied before it is believed: after a change of IAM that passes
// by itself. They take some fifteen seconds; who retries the delivery later has them all again.
const deniedReadings = 5

// evidence is all that is known after an attempt: what Lambda answered, what earlier attempts left in doubt, and what the
// history says where it was asked.
type evidence struct {
	answer   Answer       // AnswerClosed also where an earlier attempt was told so: what is closed stays closed
	doubtful bool         // an attempt may have taken effect, this one or an earlier one
	history  historyState // of the question how the callback was closed
	reading  Answer       // to that question, where it brought no history; empty where there was nobody to ask
	closing  Closing      // what the history says, with historyRead
	readings int          // of the history so far, this one included
}

// historyState says what became of the question to the history.
type historyState int

const (
	historyUnasked    historyState = iota // neither the answer nor the clock called for it
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

// judge is the table of answers: answer × certainty × history → the next step. Our own clock is not in it: it only makes a
// delivery ask the history. "Closed" alone says neither who nor what (CallbackTimeoutException stands for expired and for
// already closed), and "maybe closed" not even whether, so the history settles it wherever it can be read.
func judge(e evidence, ours Completion) verdict {
	switch {
	case e.answer == AnswerAccepted:
		return delivered
	case e.answer == AnswerInvalid:
		return undeliverable
	case e.history == historyRead && !e.closing.Open:
		return judgeClosing(e, ours)
	case e.mayTell():
		return retry
	case e.answer == AnswerMaybeClosed && e.history == historyRead:
		return undeliverable // it is open there: Lambda refuses the request itself
	case e.doubtful:
		return unconfirmed
	case e.answer.Closed():
		return lost
	case e.answer == AnswerMaybeClosed:
		return unconfirmed // lost or refused: the history alone could tell which
	}
	return undeliverable // nobody said that it is too late: an operator may send it again
}

// judgeClosing compares the end that the history shows with what was sent.
func judgeClosing(e evidence, ours Completion) verdict {
	switch c := e.closing; {
	case c.Completion != nil && c.Completion.same(ours):
		return delivered
	case c.mayHold(ours) && e.doubtful:
		return unconfirmed
	}
	return lost
}

// mayTell reports whether Lambda or its history may still tell more than they have.
func (e evidence) mayTell() bool {
	switch e.history {
	case historyUnasked, historyPutOff:
		return true
	case historyRead: // it is open there: Lambda waits, or the history lags behind its answer
		return !e.answer.MaybeClosed() || e.readings < e.patience()
	case historyUnreadable:
		if e.answer.MaybeClosed() {
			return e.reading == AnswerDenied && e.readings < deniedReadings
		}
	case historyBusy:
	}
	return e.readings < maxReadings
}

// patience is how many readings may show the callback open, against Lambda's answer, before that is believed.
func (e evidence) patience() int {
	switch {
	case e.answer.Closed():
		return maxReadings
	case e.doubtful:
		return openReadingsDoubtful
	}
	return openReadings
}

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
			Detail: fmt.Sprintf("Lambda's answer was lost; history event %d holds our payload, sha256 %s.", e.closing.EventID, c.Decision.SHA256)}
	}
	if e.history == historyRead && !e.closing.Open {
		return c.endedElsewhere(e.closing, now)
	}
	if e.answer == AnswerGone {
		return Ending{By: EndedByGone, At: now, Detail: "Lambda does not know this callback any more."}
	}
	return Ending{By: EndedByUnknown, At: now, Detail: "Lambda says that the callback was closed already. By whom is not known: its history does not tell."}
}

// undelivered says why a decision that surely did not arrive is not sent any more.
func (c *Callback) undelivered(last Attempt, now time.Time) Ending {
	e := Ending{By: EndedByUnknown, At: now, Detail: "Lambda refused the decision for good: " + last.Code + "." + c.Decision.sizeNote()}
	if last.Answer != AnswerInvalid && last.Answer != AnswerMaybeClosed {
		_, cause := c.Clocks.End()
		e.Detail = byOurClock(cause) // what Lambda answered is the callback's problem: not everybody reads it
	}
	return e
}

// sizeNote says of a body between the older limit and today's that its size may be why Lambda refuses it; else nothing.
func (d *Decision) sizeNote() string {
	if d.Size <= olderMaxCompletionBytes {
		return ""
	}
	return fmt.Sprintf(" Its size may be why: it has %d bytes, and where the limit has not been raised yet Lambda takes at most %d.",
		d.Size, olderMaxCompletionBytes)
}

// endedElsewhere turns what the history says into an ending. Where it does not say when, or by which of its own clocks, that is
// when we learnt it, and the clock that had run out.
func (c *Callback) endedElsewhere(closing Closing, now time.Time) Ending {
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
		e.Detail = "The execution ended around the callback."
	case EndedByOther:
		e.Detail = "Another client completed the callback."
		if e.Kind = closing.completedAs(); e.Kind != "" {
			e.Detail = fmt.Sprintf("Another client completed the callback with a %s.", e.Kind)
		}
	case EndedByUs, EndedByGone, EndedByUnknown:
		e.Detail = "Lambda does not wait for the callback any more."
	}
	return e
}
