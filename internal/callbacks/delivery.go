package callbacks

import "time"

// Delivery is the work of getting a decision accepted by Lambda, and of finding out what came of
// it. There is at most one for a callback, made in the transaction of the decision; its completion
// never changes.
type Delivery struct {
	Callback   ID
	Completion Completion
	Lane       Lane // where it goes, as it was when the decision was made
	// of who begins the first attempt at once; zero leaves a new delivery to be claimed
	Lease Lease
	Tries int // attempts begun so far
	// how often the history was asked what became of an attempt, and did not tell
	Readings int
	Doubtful bool // an attempt may have taken effect without saying so
	// Lambda has said, since the delivery began or was retried, that the callback is closed
	Closed bool
	// of the next attempt or, once accepted, of the next look at the history; zero when there is no
	// more
	DueAt    time.Time
	Attempts []Attempt // the latest, oldest first; at most [MaxAttemptsShown]
	// Aftermath is what the execution did afterwards; nil while nothing is known.
	Aftermath *Aftermath
}

// MaxAttemptsShown bounds how many attempts are read with a delivery.
const MaxAttemptsShown = 20

// Attempt is one call to Lambda. It is recorded before the call is made, so that a crash leaves it
// open: an open attempt of an earlier claim makes the delivery doubtful.
type Attempt struct {
	Number    int
	StartedAt time.Time
	EndedAt   time.Time // zero while it runs, or after a crash
	Answer    Answer
	Status    int    // HTTP, 0 without an answer
	Code      string // AWS's error code
	RequestID string
	Key       string // the ARN of the KMS key that stood in the way, where Lambda said so
}

// Lease is a claim on work that expires by itself, so that another process can go on after a crash.
// Owner is one worker of one process.
type Lease struct {
	Owner string
	Until time.Time
}
