package delivery_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/worker"
)

// unevenLambda answers each call after a while of its own, so that slots come free one by one.
type unevenLambda struct {
	*desktest.Remote
	calls atomic.Int64
	last  chan struct{} // closed by the call that is the last one wanted
	want  int64
}

func (l *unevenLambda) reply() error {
	n := l.calls.Add(1)
	<-time.After(time.Duration(50+n%50) * time.Millisecond) // of the bubble's clock
	if n == l.want {
		close(l.last)
	}
	return nil
}

func (l *unevenLambda) Heartbeat(context.Context, callbacks.Target) error { return l.reply() }

func (l *unevenLambda) Complete(context.Context, callbacks.Target, callbacks.Completion) error {
	return l.reply()
}

// TestMoreDueThanSlots: what finds no slot is next as soon as a call has ended, and does not wait
// until the worker looks by itself.
func TestMoreDueThanSlots(t *testing.T) {
	t.Parallel()
	const due = 256 // four times the slots
	for name, tt := range map[string]struct {
		worker func(desktest.Settings) worker.Runner
		due    func(*testDesk, callbacks.ID)
	}{
		"Heartbeats": {heartbeats, func(*testDesk, callbacks.ID) {}},
		"Deliveries": {deliveries, func(d *testDesk, id callbacks.ID) { d.MustDecide(desktest.Mara, id, "approve", "") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				for n := range due {
					c := d.Announce(func(a *announcement.Announcement) {
						desktest.WithHeartbeat(a)
						a.CallbackID, a.KeepAlive, a.ExecutionARN = fmt.Sprintf("%08d", n), callbacks.KeepAliveQueued, ""
					})
					tt.due(d, c.ID)
				}
				lambda := &unevenLambda{Remote: d.Lambda, last: make(chan struct{}), want: due}
				worker := tt.worker(d.Workers(lambda, desktest.Rate))
				ctx, stop := context.WithCancel(d.Ctx)
				ended := make(chan struct{})
				began := time.Now()
				go func() { worker.Run(ctx); close(ended) }()
				<-lambda.last
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("%d calls of 50 to 100 ms took %v in 64 slots", due, took)
				}
				stop()
				<-ended
			})
		})
	}
}
