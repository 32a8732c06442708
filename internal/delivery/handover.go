package delivery

import (
	"context"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// open allows decisions to be handed over until close is called.
func (d *Worker) open(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = ctx
}

// close stops the handover of decisions. Those reserved before are still delivered; the caller must
// wait for them.
func (d *Worker) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = nil
}

// Reserve implements [desk.Handover].
func (d *Worker) Reserve(lane arn.Lane) callbacks.Lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil || !d.slots.Try(lane) {
		return callbacks.Lease{}
	}
	d.calls.Add(1)
	return callbacks.Lease{Owner: d.owner, Until: d.now().Add(claimLease)}
}

// Begin implements [desk.Handover].
func (d *Worker) Begin(c callbacks.Callback, delivery callbacks.Delivery) {
	d.mu.Lock()
	ctx := d.running
	d.mu.Unlock()
	if ctx == nil { // the worker is stopping; like every call under way, this one has a few seconds
		stopped, cancel := context.WithCancel(context.Background())
		cancel()
		ctx = stopped
	}
	go func() {
		defer d.calls.Done()
		d.deliver(ctx, Work{Callback: c, Delivery: delivery})
	}()
}

// Release implements [desk.Handover].
func (d *Worker) Release(lane arn.Lane) {
	defer d.calls.Done()
	if d.slots.Release(lane) {
		d.Wake()
	}
}
