package desk

import "countersign/internal/callbacks"
import "countersign/internal/arn"

// Handover is how the service hands a decision to the worker that delivers it.
//
// The process that records a decision also delivers it if it has a free slot. It takes the slot and
// the lease first, and writes the lease with the decision. Claiming the delivery afterwards would
// cost one more commit before Lambda hears of it. Everything else is as with a claim: the attempt
// is recorded before the call, and if this process dies, another one continues after the lease.
type Handover interface {
	// Reserve takes a slot of a lane and returns the lease to record with the decision. The lease
	// is zero if no slot is free. If it is not zero, the caller must call Begin or Release.
	Reserve(lane arn.Lane) callbacks.Lease
	// Begin delivers a decision that was recorded with the lease.
	Begin(c callbacks.Callback, d callbacks.Delivery)
	// Release gives the slot back. Call it if the decision was not recorded.
	Release(lane arn.Lane)
	// Wake says that a delivery may be due now. It never blocks.
	Wake()
}

// nobody leaves every decision to the workers of other processes.
type nobody struct{}

func (nobody) Reserve(arn.Lane) callbacks.Lease { return callbacks.Lease{} }

func (nobody) Begin(callbacks.Callback, callbacks.Delivery) {}

func (nobody) Release(arn.Lane) {}

func (nobody) Wake() {}

// reservation is a slot for the delivery of one decision. Without a slot, the decision is recorded
// as due and claimed like any other.
type reservation struct {
	to       Handover
	lane     arn.Lane
	lease    callbacks.Lease // zero without a slot
	delivery *callbacks.Delivery
	begun    bool
}

// reserve takes a slot for the decision of a callback. Call release in the end, whether the
// decision was recorded or not.
func (s *Service) reserve(c *callbacks.Callback) *reservation {
	lane := s.lanes.Of(c.ExecutionARN, c.Region)
	return &reservation{to: s.deliveries, lane: lane, lease: s.deliveries.Reserve(lane)}
}

// lend puts the lease on the delivery of a decision before it is written, and begins the first
// attempt. It leaves a delivery for another lane alone. It runs within the change.
func (r *reservation) lend(c *callbacks.Case) {
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
func (r *reservation) begin(c callbacks.Callback) {
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
