package callbacks

import (
	"context"
	"slices"
	"time"
)

// Announce makes a callback of an announcement as Receive does, for tests outside the package.
func (a Announcement) Callback(source string, queues Queues, now time.Time) (Callback, Content, error) {
	return a.callback(source, nil, queues, now)
}

// RunOnce does one round and waits for its calls.
func (d *Deliveries) RunOnce(ctx context.Context) error {
	_, err := d.runOnce(ctx, ctx)
	d.calls.Wait()
	return err
}

// NoJitter makes pauses exact.
func (d *Deliveries) NoJitter() *Deliveries {
	d.jitter = func() float64 { return 0 }
	return d
}

// NoJitter makes pauses exact.
func (h *Heartbeats) NoJitter() *Heartbeats {
	h.jitter = func() float64 { return 0 }
	return h
}

// RunOnce does one round and waits for its calls.
func (h *Heartbeats) RunOnce(ctx context.Context) error {
	_, err := h.runOnce(ctx, ctx)
	h.calls.Wait()
	return err
}

// MaxReadings is how often a history is asked in vain.
const MaxReadings = maxReadings

// DeniedReadings is how often permission to read the history may be denied before it is believed.
const DeniedReadings = deniedReadings

// AskedInVain has the history of a callback asked so often already.
func (s *Sweeps) AskedInVain(id ID, times int) { s.pauses.all[id] = pause{asked: times, blind: times} }

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

// AnnouncedWithin is how long a callback that was found waits for its announcement.
const AnnouncedWithin = announcedWithin

// ArrivalsAtOnce is how many pending callbacks a scan looks at that no trace may know.
const ArrivalsAtOnce = arrivalsAtOnce

// DeliveriesAtOnce bounds the calls in one lane.
const DeliveriesAtOnce = deliveriesAtOnce

// SweepBatch is how many callbacks a round of the sweep ends at most.
const SweepBatch = sweepBatch

// Spend pays for a request that is not urgent.
func (p *Purses) Spend(ctx context.Context, lane Lane) (allowed time.Time, ok bool, err error) {
	return p.spend(ctx, lane, whenIdle)
}

// Answered notes the answer to a request.
func (p *Purses) Answered(ctx context.Context, lane Lane, err error) error {
	return p.answered(ctx, lane, err)
}

// RunOnce does one round in each lane and returns when the next is due.
func (d *Discovery) RunOnce(ctx context.Context) (next time.Time, err error) {
	if err := d.configure(ctx); err != nil {
		return time.Time{}, err
	}
	for _, s := range d.searches {
		at, err := d.runOnce(ctx, s)
		if err != nil {
			return time.Time{}, err
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// Idle reports whether no scan is under way.
func (d *Discovery) Idle() bool {
	return !slices.ContainsFunc(d.searches, func(s *search) bool { return len(s.scans) > 0 })
}

// Open has decisions handed over as while the worker runs. The function that it returns ends that, and waits for the calls.
func (d *Deliveries) Open(ctx context.Context) (end func()) {
	d.open(ctx)
	return func() {
		d.close()
		d.calls.Wait()
	}
}
