package callbacks

import "context"

// The process that records a decision delivers it, where it has a free slot: slot and lease are taken before, and the lease is
// written with the decision. Claiming it afterwards would be one more commit before Lambda hears of it. Everything else is as
// with a claim: the attempt is on record before the call, and when this process dies another one goes on after the lease.

// handover is what becomes of one decision. Without a slot it is recorded as due, and claimed like any other.
type handover struct {
	to       *Deliveries
	lane     Lane
	lease    Lease // zero without a slot
	delivery *Delivery
	done     bool
}

// prepare takes a slot for the decision of a callback. Call end when it is recorded or not.
func (s *Service) prepare(c *Callback) *handover {
	h := &handover{to: s.deliveries, lane: s.lanes.Of(c.Target())}
	if h.to != nil {
		h.lease = h.to.reserve(h.lane)
	}
	return h
}

// sign puts the lease on a delivery before it is written. One that goes elsewhere than was thought is left alone. It runs inside
// the transaction, and only its last run counts.
func (h *handover) sign(d *Delivery) {
	h.delivery = nil
	if d == nil || d.Lane != h.lane || h.lease.Owner == "" {
		return
	}
	d.Lease, d.Tries = h.lease, 1
	h.delivery = d
}

// recorded begins the delivery of the decision.
func (h *handover) recorded(c Callback) {
	if h.delivery == nil {
		h.to.Wake()
		return
	}
	h.done = true
	h.to.begin(Work{Callback: c, Delivery: *h.delivery})
}

// end gives back a slot that was not used.
func (h *handover) end() {
	if h.lease.Owner != "" && !h.done {
		h.to.giveBack(h.lane)
	}
}

// open lets decisions be handed over until close is called.
func (d *Deliveries) open(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = ctx
}

// close ends that. What was reserved before is still delivered, and has to be waited for.
func (d *Deliveries) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = nil
}

// reserve takes a slot of a lane and the lease to record with the decision, zero where there is none. Whoever gets one calls
// begin or giveBack.
func (d *Deliveries) reserve(lane Lane) Lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil || !d.slots.try(lane) {
		return Lease{}
	}
	d.calls.Add(1)
	return Lease{Owner: d.owner, Until: d.now().Add(deliveryLease)}
}

// begin delivers a decision that is recorded with the lease.
func (d *Deliveries) begin(work Work) {
	d.mu.Lock()
	ctx := d.running
	d.mu.Unlock()
	if ctx == nil { // it stops meanwhile: like every call under way, this one has a few seconds
		stopped, cancel := context.WithCancel(context.Background())
		cancel()
		ctx = stopped
	}
	go func() {
		defer d.calls.Done()
		d.deliver(ctx, work)
	}()
}

// giveBack is for a reservation whose decision was not recorded.
func (d *Deliveries) giveBack(lane Lane) {
	defer d.calls.Done()
	if d.slots.release(lane) {
		d.Wake()
	}
}
