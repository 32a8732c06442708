package delivery_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/replies"
	"countersign/internal/upkeep"
	"countersign/internal/worker"
)

// heldLambda keeps each call until it is released or cut.
type heldLambda struct {
	*desktest.Remote
	arrived, release chan struct{}
}

func (l *heldLambda) hold(ctx context.Context) error {
	l.arrived <- struct{}{}
	select {
	case <-ctx.Done():
		return &replies.Error{Reply: replies.None, Err: ctx.Err()}
	case <-l.release:
		return nil
	}
}

func (l *heldLambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	if err := l.hold(ctx); err != nil {
		return err
	}
	return l.Remote.Complete(ctx, to, c)
}

func (l *heldLambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	if err := l.hold(ctx); err != nil {
		return err
	}
	return l.Remote.Heartbeat(ctx, to)
}

// stopping runs a worker until it has called Lambda, stops it, and returns how long it took from
// there. Release lets the call end after a second.
func (d *testDesk) stopping(release bool, start func(desktest.Settings) worker.Runner) time.Duration {
	d.T.Helper()
	held := &heldLambda{Remote: d.Lambda, arrived: make(chan struct{}), release: make(chan struct{})}
	w := start(d.Workers(held, desktest.Rate))
	ctx, stop := context.WithCancel(d.Ctx)
	defer stop()
	ended := make(chan struct{})
	go func() { w.Run(ctx); close(ended) }()
	<-held.arrived
	stop()
	stopped := time.Now()
	if release {
		time.AfterFunc(time.Second, func() { close(held.release) })
	}
	<-ended
	return time.Since(stopped)
}

func deliveries(s desktest.Settings) worker.Runner { return delivery.NewWorker(s.Delivery) }
func heartbeats(s desktest.Settings) worker.Runner { return upkeep.NewHeartbeats(s.Upkeep) }

// TestStopFinishesDelivery: what was under way is written down as if nothing had happened.
func TestStopFinishesDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		if took := d.stopping(true, deliveries); took != time.Second {
			t.Errorf("the stop took %v, want the second that the call took", took)
		}
		d.WantState(c.ID, callbacks.Completed)
	})
}

// TestStopCutsDelivery: a call that takes too long is given up, and the next owner need not wait
// for the lease.
func TestStopCutsDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		if took := d.stopping(false, deliveries); took != 3*time.Second {
			t.Errorf("the stop took %v, want 3s", took)
		}
		d.WantState(c.ID, callbacks.Decided)
		stored, err := d.Store.Delivery(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !stored.Doubtful || len(stored.Attempts) != 1 || stored.Attempts[0].Reply != replies.None {
			t.Errorf("delivery is %+v, want one attempt without an answer", stored)
		}
		if wait := stored.DueAt.Sub(d.Clock.Now()); wait <= 0 || wait > delivery.DeliveryLease/4 {
			t.Errorf("it is due in %v, want soon", wait)
		}
		d.Clock.Advance(stored.DueAt.Sub(d.Clock.Now()))
		d.Deliver() // by another replica
		d.WantState(c.ID, callbacks.Completed)
	})
}

// TestDecisionIsHandedOver: the process that records a decision delivers it without claiming it
// first. A decision that is refused takes no slot with it, and one that comes after a stop is left
// to others.
func TestDecisionIsHandedOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		counted := &claims{Store: d.Store}
		d.Restart(counted)
		ctx, stop := context.WithCancel(d.Ctx)
		ended := make(chan struct{})
		go func() { d.Deliveries.Run(ctx); close(ended) }()
		synctest.Wait()
		before := counted.made.Load()

		// without a receipt to look for
		c := d.Announce(func(a *announcement.Announcement) { a.ExecutionARN = "" })
		for range 2 * delivery.DeliveriesAtOnce {
			if _, err := d.Decide(desktest.Mara, c.ID, "reject", ""); err == nil {
				t.Fatal("a reject without a comment was recorded")
			}
		}
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		synctest.Wait()
		d.WantState(c.ID, callbacks.Completed)
		if made := counted.made.Load() - before; made != 0 {
			t.Errorf("%d claims were made for it", made)
		}

		stop()
		<-ended
		late := d.Announce(func(a *announcement.Announcement) { a.CallbackID = "bGF0ZQ==" })
		d.MustDecide(desktest.Mara, late.ID, "approve", "")
		synctest.Wait()
		d.WantState(late.ID, callbacks.Decided)
		work, err := d.Store.ClaimDeliveries(d.Ctx, d.Clock.Now(), callbacks.Lease{Owner: "other", Until: d.Clock.Now().Add(time.Minute)}, 10, nil)
		if err != nil || len(work) == 0 {
			t.Errorf("others find %d, %v", len(work), err)
		}
	})
}

// claims counts the rounds of claiming.
type claims struct {
	storetest.Store
	made atomic.Int64
}

func (c *claims) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []arn.Lane) ([]delivery.Work, error) {
	c.made.Add(1)
	return c.Store.ClaimDeliveries(ctx, now, lease, limit, full)
}

func TestStopDuringHeartbeat(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		release bool
		took    time.Duration
		beats   int
	}{
		"Finishes": {true, time.Second, 1},
		"Cut":      {false, 3 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				c := d.Announce(func(a *announcement.Announcement) {
					a.HeartbeatTimeout, a.KeepAlive = time.Minute, callbacks.KeepAliveQueued
				})
				if took := d.stopping(tt.release, heartbeats); took != tt.took {
					t.Errorf("the stop took %v, want %v", took, tt.took)
				}
				if got := d.Get(c.ID); got.Heartbeats != tt.beats || got.NextHeartbeatAt.IsZero() {
					t.Errorf("%d beats are recorded and the next comes at %v, want %d", got.Heartbeats, got.NextHeartbeatAt, tt.beats)
				}
			})
		})
	}
}
