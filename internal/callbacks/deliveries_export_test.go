package callbacks

import "context"

// Bounds that tests go by.
const (
	DeliveryLease    = deliveryLease
	DeliveriesAtOnce = deliveriesAtOnce // in one lane
)

// Open has decisions handed over as while the worker runs. The function that it returns ends that, and waits for the calls.
func (d *Deliveries) Open(ctx context.Context) (end func()) {
	d.open(ctx)
	return func() {
		d.close()
		d.calls.Wait()
	}
}
