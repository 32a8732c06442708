package callbacks

import (
	"context"
	"time"
)

// Announce makes a callback of an announcement as Receive does, for tests outside the package.
func (a Announcement) Callback(source string, queues Queues, now time.Time) (Callback, Content, error) {
	return a.callback(source, nil, queues, now)
}

// RunOnce does one round and waits for its calls.
func (d *Deliveries) RunOnce(ctx context.Context) error {
	_, err := d.runOnce(ctx)
	d.calls.Wait()
	return err
}

// NoJitter makes pauses exact.
func (d *Deliveries) NoJitter() *Deliveries {
	d.jitter = func() float64 { return 0 }
	return d
}

// RunOnce does one round and waits for its calls.
func (h *Heartbeats) RunOnce(ctx context.Context) error {
	_, err := h.runOnce(ctx)
	h.calls.Wait()
	return err
}

// RunOnce does one round.
func (s *Sweeps) RunOnce(ctx context.Context) error {
	_, err := s.runOnce(ctx)
	return err
}

// Times that tests move the clock by.
const (
	DeliveryLease = deliveryLease
	SweepGrace    = sweepGrace
)

// RunOnce does one round and returns when the next is due.
func (d *Discovery) RunOnce(ctx context.Context) (next time.Time, err error) { return d.runOnce(ctx) }

// Idle reports whether no scan is under way.
func (d *Discovery) Idle() bool { return len(d.scans) == 0 }
