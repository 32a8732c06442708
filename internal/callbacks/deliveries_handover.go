package callbacks

import "context"

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

// Reserve implements [Handover].
func (d *Deliveries) Reserve(lane Lane) Lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil || !d.slots.Try(lane) {
		return Lease{}
	}
	d.calls.Add(1)
	return Lease{Owner: d.owner, Until: d.now().Add(deliveryLease)}
}

// Begin implements [Handover].
func (d *Deliveries) Begin(c Callback, delivery Delivery) {
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
		d.deliver(ctx, Work{Callback: c, Delivery: delivery})
	}()
}

// Release implements [Handover].
func (d *Deliveries) Release(lane Lane) {
	defer d.calls.Done()
	if d.slots.Release(lane) {
		d.Wake()
	}
}
