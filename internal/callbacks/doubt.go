package callbacks

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
