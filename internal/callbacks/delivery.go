package callbacks

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Delivery is the work of getting a decision accepted by Lambda and finding out what became of it.
// A callback has at most one, made in the transaction of the decision; its completion never
// changes.
type Delivery struct {
	Callback   ID
	Completion Completion
	Lane       Lane // where it is sent, fixed when the decision was made
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
	Reply     Reply
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

// The process that records a decision also delivers it if it has a free slot. It takes the slot and
// the lease first, and writes the lease with the decision. Claiming the delivery afterwards would
// cost one more commit before Lambda hears of it. Everything else is as with a claim: the attempt
// is recorded before the call, and if this process dies, another one continues after the lease.

// Handover is how the service hands a decision to the worker that delivers it.
type Handover interface {
	// Reserve takes a slot of a lane and returns the lease to record with the decision. The lease
	// is zero if no slot is free. If it is not zero, the caller must call Begin or Release.
	Reserve(lane Lane) Lease
	// Begin delivers a decision that was recorded with the lease.
	Begin(c Callback, d Delivery)
	// Release gives the slot back. Call it if the decision was not recorded.
	Release(lane Lane)
	// Wake says that a delivery may be due now. It never blocks.
	Wake()
}

// nobody leaves every decision to the workers of other processes.
type nobody struct{}

func (nobody) Reserve(Lane) Lease       { return Lease{} }
func (nobody) Begin(Callback, Delivery) {}
func (nobody) Release(Lane)             {}
func (nobody) Wake()                    {}

// reservation is a slot for the delivery of one decision. Without a slot, the decision is recorded
// as due and claimed like any other.
type reservation struct {
	to       Handover
	lane     Lane
	lease    Lease // zero without a slot
	delivery *Delivery
	begun    bool
}

// reserve takes a slot for the decision of a callback. Call release in the end, whether the
// decision was recorded or not.
func (s *Service) reserve(c *Callback) *reservation {
	lane := s.lanes.Of(c.Target())
	return &reservation{to: s.deliveries, lane: lane, lease: s.deliveries.Reserve(lane)}
}

// lend puts the lease on the delivery of a decision before it is written, and begins the first
// attempt. It leaves a delivery for another lane alone. It runs within the change.
func (r *reservation) lend(c *Case) {
	d := c.Delivery
	r.delivery = nil
	if d == nil || d.Lane != r.lane || r.lease.Owner == "" {
		return
	}
	d.Lease, d.Tries = r.lease, 1
	d.Begin(&c.Callback, d.DueAt)
	r.delivery = d
}

// begin starts the delivery of the recorded decision.
func (r *reservation) begin(c Callback) {
	if r.delivery == nil {
		r.to.Wake()
		return
	}
	r.begun = true
	r.to.Begin(c, *r.delivery)
}

// release gives back a slot that was not used.
func (r *reservation) release() {
	if r.lease.Owner != "" && !r.begun {
		r.to.Release(r.lane)
	}
}

// RetryDelivery sends a decision again when an admin believes that it can be delivered; only admins
// may call it. It returns [ErrConflict] if there is nothing to deliver.
func (s *Service) RetryDelivery(ctx context.Context, p Person, id ID) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: CodeRole, Reason: "Only admins can resend a decision."}
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{Delivery: true}, func(c *Case) error {
		return c.Record(c.Retry(c.Delivery, now, p.Actor()))
	})
	if err != nil {
		return Callback{}, fmt.Errorf("retry %s: %w", id, err)
	}
	s.changed(c)
	s.deliveries.Wake()
	s.beat()
	return c, nil
}
