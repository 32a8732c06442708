package delivery

import "context"

// Bounds that tests go by.
const (
	DeliveryLease    = claimLease
	DeliveriesAtOnce = callsAtOnce // in one lane
)

// Open has decisions handed over as while the worker runs. The function that it returns ends that,
// and waits for the calls.
func (d *Worker) Open(ctx context.Context) (end func()) {
	d.open(ctx)
	return func() {
		d.close()
		d.calls.Wait()
	}
}
