package callbacks

// Doubt is why nobody knows what became of a decision: an answer was lost, or may mean two things,
// and this kept the history from telling.
type Doubt string

// The doubts. Each asks something else of an operator.
const (
	DoubtNoARN  Doubt = "no_arn" // the announcement did not name the execution
	DoubtDenied Doubt = "denied" // we may not read the history
	DoubtGone   Doubt = "gone"   // Lambda has no history of the callback, or has it no longer
	// Lambda refused the question, as it does for an ARN that it does not know
	DoubtRefused   Doubt = "refused"
	DoubtKMS       Doubt = "kms"       // the key of the history could not be used until the end
	DoubtThrottled Doubt = "throttled" // AWS throttled the question until the end
	DoubtFailing   Doubt = "failing"   // the question was not answered until the end
	// the history showed the callback open until the end, though Lambda says closed
	DoubtOpen Doubt = "open"
	// a client closed the callback, with a payload that the history does not show
	DoubtPayload Doubt = "payload"
	// DoubtRefusal is of a decision that surely did not arrive: lost or refused, not known which,
	// since the history is not readable.
	DoubtRefusal Doubt = "lost_or_refused"
)

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
