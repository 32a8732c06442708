package callbacks

import "time"

// Doubt is why nobody knows what became of a decision: an answer was lost, or may mean two things, and this kept the history
// from telling.
type Doubt string

// The doubts. Each asks something else of an operator.
const (
	DoubtNoARN     Doubt = "no_arn"    // the announcement did not name the execution
	DoubtDenied    Doubt = "denied"    // we may not read the history
	DoubtGone      Doubt = "gone"      // Lambda has no history of the callback, or has it no longer
	DoubtRefused   Doubt = "refused"   // Lambda refused the question, as it does for an ARN that it does not know
	DoubtKMS       Doubt = "kms"       // the key of the history could not be used until the end
	DoubtThrottled Doubt = "throttled" // AWS throttled the question until the end
	DoubtFailing   Doubt = "failing"   // the question was not answered until the end
	DoubtOpen      Doubt = "open"      // the history showed the callback open until the end, though Lambda says closed
	DoubtPayload   Doubt = "payload"   // a client closed the callback, with a payload that the history does not show
	// DoubtRefusal is of a decision that surely did not arrive: lost or refused, not known which, since the history is not
	// readable.
	DoubtRefusal Doubt = "lost_or_refused"
)

// doubtOf is what kept the history from telling, by the evidence of the last attempt.
func doubtOf(e evidence) Doubt {
	switch e.history {
	case historyRead:
		if e.closing.Open {
			return DoubtOpen
		}
		return DoubtPayload
	case historyUnasked, historyPutOff: // neither ends a delivery
	case historyBusy, historyUnreadable:
	}
	switch e.reading {
	case "":
		return DoubtNoARN
	case AnswerDenied:
		return DoubtDenied
	case AnswerGone:
		return DoubtGone
	case AnswerInvalid, AnswerMaybeClosed, AnswerClosed:
		return DoubtRefused
	case AnswerKMS:
		return DoubtKMS
	case AnswerThrottled:
		return DoubtThrottled
	case AnswerAccepted, AnswerFault, AnswerNone, AnswerUnsent, AnswerSkew, AnswerCredentials:
	}
	return DoubtFailing
}

var doubtClause = map[Doubt]string{
	DoubtNoARN:     "the execution's history cannot be read: its announcement did not name the execution",
	DoubtDenied:    "the execution's history may not be read, which an admin was told",
	DoubtGone:      "Lambda has no history of this callback, or has it no longer",
	DoubtRefused:   "Lambda refused to show the history of the execution that was announced",
	DoubtKMS:       "the execution's history could not be read until the end, and an admin was told why",
	DoubtThrottled: "AWS throttled the reading of the execution's history until the end",
	DoubtFailing:   "the execution's history could not be read until the end",
	DoubtOpen:      "Lambda says that the callback is closed while the execution's history showed it open until the end",
	DoubtPayload:   "the execution's history shows that a client completed the callback, but not with what",
}

// unknown says for people why nobody knows. Where no answer was lost, Lambda's own may mean two things.
func (e evidence) unknown(d *Decision, now time.Time) Ending {
	doubt := doubtOf(e)
	ending := Ending{By: EndedByUnknown, At: now, Doubt: doubt, Detail: "An answer was lost, and " + doubtClause[doubt] + "."}
	if !e.doubtful {
		ending.Doubt = DoubtRefusal
		ending.Detail = "The decision was lost or refused, it is not known which: Lambda gives the same answer to a callback that is closed already and to " +
			"a request that it refuses, and " + doubtClause[doubt] + "." + d.sizeNote()
	}
	return ending
}
