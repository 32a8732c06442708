package callbacks

import (
	"slices"
	"time"

	"countersign/internal/arn"
	"countersign/internal/replies"
)

// Delivery is the work of getting a decision accepted by Lambda and finding out what became of it.
// A callback has at most one, made in the transaction of the decision; its completion never
// changes, but that a sealed one loses its box.
type Delivery struct {
	Callback   ID
	Completion Completion
	// Shown is what pages show of the completion's body, if the form masks something in it.
	Shown []byte
	Lane  arn.Lane // where it is sent, fixed when the decision was made
	// of the worker that claimed it; zero if any worker may claim it once it is due
	Lease Lease
	Tries int // attempts begun so far
	// how often the history was asked about an attempt and gave no answer
	Readings int
	Doubtful bool // an attempt may have taken effect although Lambda did not say so
	// Lambda has said, since the delivery began or was retried, that the callback is closed
	Closed bool
	// of the next attempt or, after acceptance, of the next reading of the history; zero if nothing
	// is left to do
	DueAt    time.Time
	Attempts []Attempt // the latest, oldest first; at most [MaxAttempts]
	// FollowUp is the follow-up: what the execution did after the decision. It is nil while
	// nothing is known.
	FollowUp *FollowUp
}

// MaxAttempts bounds how many attempts are kept with a delivery.
const MaxAttempts = 20

// Attempt is one call to Lambda. It is recorded before the call is made, so a crash leaves it open:
// an attempt that an earlier claim left open makes the delivery doubtful.
type Attempt struct {
	Number    int
	StartedAt time.Time
	EndedAt   time.Time // zero while it runs, or after a crash
	Reply     replies.Reply
	Status    int    // HTTP, 0 without an answer
	Code      string // AWS's error code
	RequestID string
	Key       string // the ARN of the KMS key that caused the error, if Lambda named it
}

// Lease is a claim on work. It expires by itself, so that another process can continue after a
// crash. Owner is one worker of one process.
type Lease struct {
	Owner string
	Until time.Time
}

// Begin records the attempt that a claim is about to make. An attempt that an earlier claim left
// open makes the delivery doubtful. If the decision was already accepted, nothing more is sent, so
// there is no attempt.
func (d *Delivery) Begin(c *Callback, now time.Time) {
	d.Doubtful = d.Doubtful || slices.ContainsFunc(d.Attempts, func(a Attempt) bool { return a.EndedAt.IsZero() })
	if c.State == Decided {
		d.put(Attempt{Number: d.Tries, StartedAt: now})
	}
}

// Ended records how an attempt ended.
func (d *Delivery) Ended(a Attempt) { d.put(a) }

// put adds an attempt, or replaces the one with its number.
func (d *Delivery) put(a Attempt) {
	for i := range d.Attempts {
		if d.Attempts[i].Number == a.Number {
			d.Attempts[i] = a
			return
		}
	}
	d.Attempts = append(d.Attempts, a)
	d.Attempts = d.Attempts[max(0, len(d.Attempts)-MaxAttempts):]
}

// Release ends the claim of a worker. It returns [ErrLeaseLost] if the delivery was claimed again
// since; try, the number of tries that the claim counted, tells it from a later claim of the same
// owner. A delivery that does not exist is [ErrNotFound].
func (d *Delivery) Release(owner string, try int) error {
	switch {
	case d == nil:
		return ErrNotFound
	case d.Lease.Owner == "" || d.Lease.Owner != owner || d.Tries != try:
		return ErrLeaseLost
	}
	d.Lease = Lease{}
	return nil
}
