package delivery_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desktest"
)

// decidedAtOnce are decisions that are due.
func (d *testDesk) decidedAtOnce(count int) (ids []callbacks.ID) {
	d.T.Helper()
	for n := range count {
		c := d.Announce(func(a *announcement.Announcement) { a.CallbackID = fmt.Sprintf("%08d", n) })
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		ids = append(ids, c.ID)
	}
	return ids
}

// gatheringLambda answers once all calls are there.
type gatheringLambda struct {
	*desktest.Remote
	all sync.WaitGroup
}

func (l *gatheringLambda) Complete(context.Context, callbacks.Target, callbacks.Completion) error {
	l.all.Done()
	l.all.Wait()
	return nil
}

// TestReceiptsWaitInARush: receipts of decisions that come together leave the machine to the next
// decisions for a while.
func TestReceiptsWaitInARush(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{3: 0, 8: 5} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			lambda := &gatheringLambda{Remote: d.Lambda}
			lambda.all.Add(count)
			ids := d.decidedAtOnce(count)
			if err := delivery.NewWorker(d.Workers(lambda, desktest.Rate).Delivery).RunOnce(d.Ctx); err != nil {
				t.Fatal(err)
			}
			later := 0
			for _, id := range ids {
				found, err := d.Store.Delivery(d.Ctx, id)
				if err != nil || found.DueAt.IsZero() {
					t.Fatalf("due at %v (%v)", found.DueAt, err)
				}
				if found.DueAt.Sub(d.Clock.Now()) >= 2*time.Second {
					later++
				}
			}
			if later != want {
				t.Errorf("%d of %d receipts are read later, want %d", later, count, want)
			}
		})
	}
}

// TestReceiptsAreClaimedTogether: a receipt that is planned wakes the worker only if it is the first.
func TestReceiptsAreClaimedTogether(t *testing.T) {
	t.Parallel()
	const count = 32
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.decidedAtOnce(count)
		counted := &claims{Store: d.Store}
		lambda := &unevenLambda{Remote: d.Lambda, last: make(chan struct{}), want: count}
		settings := d.Workers(lambda, desktest.Rate).Delivery
		settings.Store = counted
		ctx, stop := context.WithCancel(d.Ctx)
		ended := make(chan struct{})
		go func() { delivery.NewWorker(settings).Run(ctx); close(ended) }()
		<-lambda.last
		synctest.Wait()
		if n := counted.made.Load(); n > count/4 {
			t.Errorf("%d claims for %d decisions", n, count)
		}
		stop()
		<-ended
	})
}
