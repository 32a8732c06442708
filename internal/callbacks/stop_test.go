package callbacks_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/worker"
)

// heldLambda keeps each call until it is released or cut.
type heldLambda struct {
	*remote
	arrived, release chan struct{}
}

func (l *heldLambda) hold(ctx context.Context) error {
	l.arrived <- struct{}{}
	select {
	case <-ctx.Done():
		return &callbacks.LambdaError{Answer: callbacks.AnswerNone, Err: ctx.Err()}
	case <-l.release:
		return nil
	}
}

func (l *heldLambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	if err := l.hold(ctx); err != nil {
		return err
	}
	return l.remote.Complete(ctx, to, c)
}

func (l *heldLambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	if err := l.hold(ctx); err != nil {
		return err
	}
	return l.remote.Heartbeat(ctx, to)
}

// stopping runs a worker until it has called Lambda, stops it, and returns how long it took from there. Release lets the
// call end after a second.
func (d *desk) stopping(release bool, start func(settings) worker.Runner) time.Duration {
	d.t.Helper()
	held := &heldLambda{remote: d.lambda, arrived: make(chan struct{}), release: make(chan struct{})}
	w := start(d.workers(held, rate))
	ctx, stop := context.WithCancel(d.ctx)
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

func deliveries(s settings) worker.Runner { return callbacks.NewDeliveries(s.delivery) }
func heartbeats(s settings) worker.Runner { return callbacks.NewHeartbeats(s.upkeep) }

// TestStopFinishesDelivery: what was under way is written down as if nothing had happened.
func TestStopFinishesDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		if took := d.stopping(true, deliveries); took != time.Second {
			t.Errorf("the stop took %v, want the second that the call took", took)
		}
		d.wantState(c.ID, callbacks.Completed)
	})
}

// TestStopCutsDelivery: a call that takes too long is given up, and the next owner need not wait for the lease.
func TestStopCutsDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		if took := d.stopping(false, deliveries); took != 3*time.Second {
			t.Errorf("the stop took %v, want 3s", took)
		}
		d.wantState(c.ID, callbacks.Decided)
		delivery, err := d.store.Delivery(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !delivery.Doubtful || len(delivery.Attempts) != 1 || delivery.Attempts[0].Answer != callbacks.AnswerNone {
			t.Errorf("delivery is %+v, want one attempt without an answer", delivery)
		}
		if wait := delivery.DueAt.Sub(d.clock.Now()); wait <= 0 || wait > callbacks.DeliveryLease/4 {
			t.Errorf("it is due in %v, want soon", wait)
		}
		d.clock.Advance(delivery.DueAt.Sub(d.clock.Now()))
		d.deliver() // by another replica
		d.wantState(c.ID, callbacks.Completed)
	})
}

// TestDecisionIsHandedOver: the process that records a decision delivers it without claiming it first. A decision that is refused
// takes no slot with it, and one that comes after a stop is left to others.
func TestDecisionIsHandedOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		counted := &claims{Store: d.store}
		d.restart(counted)
		ctx, stop := context.WithCancel(d.ctx)
		ended := make(chan struct{})
		go func() { d.deliveries.Run(ctx); close(ended) }()
		synctest.Wait()
		before := counted.made.Load()

		c := d.announce(func(a *callbacks.Announcement) { a.ExecutionARN = "" }) // without a receipt to look for
		for range 2 * callbacks.DeliveriesAtOnce {
			if _, err := d.decide(mara, c.ID, "reject", ""); err == nil {
				t.Fatal("a reject without a comment was recorded")
			}
		}
		d.mustDecide(mara, c.ID, "approve", "")
		synctest.Wait()
		d.wantState(c.ID, callbacks.Completed)
		if made := counted.made.Load() - before; made != 0 {
			t.Errorf("%d claims were made for it", made)
		}

		stop()
		<-ended
		late := d.announce(func(a *callbacks.Announcement) { a.CallbackID = "bGF0ZQ==" })
		d.mustDecide(mara, late.ID, "approve", "")
		synctest.Wait()
		d.wantState(late.ID, callbacks.Decided)
		work, err := d.store.ClaimDeliveries(d.ctx, d.clock.Now(), callbacks.Lease{Owner: "other", Until: d.clock.Now().Add(time.Minute)}, 10, nil)
		if err != nil || len(work) == 0 {
			t.Errorf("others find %d, %v", len(work), err)
		}
	})
}

// claims counts the rounds of claiming.
type claims struct {
	callbackstest.Store
	made atomic.Int64
}

func (c *claims) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []callbacks.Lane) ([]callbacks.Work, error) {
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
				c := d.announce(func(a *callbacks.Announcement) {
					a.HeartbeatTimeout, a.KeepAlive = time.Minute, callbacks.KeepAliveQueued
				})
				if took := d.stopping(tt.release, heartbeats); took != tt.took {
					t.Errorf("the stop took %v, want %v", took, tt.took)
				}
				if got := d.get(c.ID); got.Heartbeats != tt.beats || got.NextHeartbeatAt.IsZero() {
					t.Errorf("%d beats are recorded and the next comes at %v, want %d", got.Heartbeats, got.NextHeartbeatAt, tt.beats)
				}
			})
		})
	}
}
