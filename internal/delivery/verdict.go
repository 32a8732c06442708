package delivery

import (
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
)

// How many readings may show the callback open, although Lambda refuses what is sent to it, before
// that is believed. The first readings take some seconds, in which a history that lags catches up.
// After a doubtful attempt the readings take minutes, because our own success may be why Lambda
// refuses.
const (
	openReadings         = 5
	openReadingsDoubtful = 10
)

// evidence is everything known after an attempt: Lambda's answer, what earlier attempts left in
// doubt, and what the history says if it was asked.
type evidence struct {
	// ReplyClosed also if Lambda gave that answer to an earlier attempt: what is closed stays
	// closed
	reply    replies.Reply
	doubtful bool                   // this attempt or an earlier one may have taken effect
	history  callbacks.HistoryState // of the request for how the callback was closed
	// to that request, if it returned no history; empty if none could be made
	reading  replies.Reply
	closing  callbacks.Closing // what the history says, with HistoryRead
	readings int               // of the history so far, including this one
}

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

// judge is the table of answers: answer × certainty × history → the next step. Our own clock is not
// part of it: the clock only makes a delivery ask the history. "Closed" alone says neither who
// closed the callback nor with what (CallbackTimeoutException stands for expired and for already
// closed), and "maybe closed" does not even say whether it is closed, so the history settles both
// wherever it can be read.
func judge(e evidence, ours callbacks.Completion) verdict {
	switch {
	case e.reply == replies.Accepted:
		return delivered
	case e.reply == replies.Invalid:
		return undeliverable
	case e.history == callbacks.HistoryRead && !e.closing.Open:
		return judgeClosing(e, ours)
	case e.mayTell():
		return retry
	case e.reply == replies.MaybeClosed && e.history == callbacks.HistoryRead:
		return undeliverable // the history shows it open: Lambda refuses the request itself
	case e.doubtful:
		return unconfirmed
	case e.reply.Closed():
		return lost
	case e.reply == replies.MaybeClosed:
		return unconfirmed // lost or refused: only the history could tell which
	}
	return undeliverable // nobody said that it is too late: an operator may send it again
}

// judgeClosing compares the end that the history shows with the completion that was sent.
func judgeClosing(e evidence, ours callbacks.Completion) verdict {
	switch c := e.closing; {
	case c.Holds(ours):
		return delivered
	case c.MayHold(ours) && e.doubtful:
		return unconfirmed
	}
	return lost
}

// mayTell reports whether Lambda or its history may still say more than they have.
func (e evidence) mayTell() bool {
	switch e.history {
	case callbacks.HistoryUnasked, callbacks.HistoryPutOff:
		return true
	case callbacks.HistoryRead: // it shows the callback open: Lambda waits, or the history lags
		return !e.reply.MaybeClosed() || e.readings < e.patience()
	case callbacks.HistoryUnreadable:
		if e.reply.MaybeClosed() {
			return e.reading == replies.Denied && e.readings < history.DeniedReadings
		}
	case callbacks.HistoryBusy:
	}
	return e.readings < history.MaxReadings
}

// patience is how many readings may show the callback open, against Lambda's answer, before that is
// believed.
func (e evidence) patience() int {
	switch {
	case e.reply.Closed():
		return history.MaxReadings
	case e.doubtful:
		return openReadingsDoubtful
	}
	return openReadings
}

// doubtOf is the reason why the history could not settle the delivery, by the evidence of the last
// attempt.
func doubtOf(e evidence) callbacks.Doubt {
	switch e.history {
	case callbacks.HistoryRead:
		if e.closing.Open {
			return callbacks.DoubtOpen
		}
		return callbacks.DoubtPayload
	case callbacks.HistoryUnasked, callbacks.HistoryPutOff: // neither ends a delivery
	case callbacks.HistoryBusy, callbacks.HistoryUnreadable:
	}
	switch e.reading {
	case "":
		return callbacks.DoubtNoARN
	case replies.Denied:
		return callbacks.DoubtDenied
	case replies.Gone:
		return callbacks.DoubtGone
	case replies.Invalid, replies.MaybeClosed, replies.Closed:
		return callbacks.DoubtRefused
	case replies.KMS:
		return callbacks.DoubtKMS
	case replies.Throttled:
		return callbacks.DoubtThrottled
	case replies.Accepted, replies.Fault, replies.None, replies.Unsent, replies.Skew, replies.Credentials, replies.Sealed:
	}
	return callbacks.DoubtFailing
}

// learn adds to the delivery what an answer and the history say, and returns all the evidence.
// problem is the answer to the previous attempt.
func learn(d *callbacks.Delivery, reply, problem replies.Reply, found callbacks.Finding) evidence {
	d.Doubtful = d.Doubtful || reply.Doubtful()
	d.Closed = d.Closed || reply.Closed()
	if reply == replies.MaybeClosed && d.Closed {
		reply = replies.Closed
	}
	switch {
	case found.Open() && !reply.MaybeClosed():
		d.Readings = 0 // Lambda waits, so there is time
	case found.Open() && reply == replies.MaybeClosed && problem != reply:
		d.Readings = 1 // the earlier ones were about another answer
	case found.History != callbacks.HistoryUnasked && found.History != callbacks.HistoryPutOff:
		d.Readings++
	}
	return evidence{
		reply: reply, doubtful: d.Doubtful, history: found.History, reading: found.Reply, closing: found.Closing, readings: d.Readings,
	}
}
