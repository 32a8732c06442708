package delivery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desktest"
	"countersign/internal/replies"
)

// halfDead is a Lambda of which one account does not answer any more.
type halfDead struct {
	*desktest.Remote
	hung, answered chan struct{}
}

func (l *halfDead) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	if strings.Contains(to.ExecutionARN, desktest.TheirAccount) {
		l.hung <- struct{}{}
		<-ctx.Done()
		return &replies.Error{Reply: replies.None, Err: ctx.Err()}
	}
	l.answered <- struct{}{}
	return l.Remote.Complete(ctx, to, c)
}

// TestDeliveries_OneLaneHangs: however many decisions wait for an account that does not answer,
// those of another go out at once.
func TestDeliveries_OneLaneHangs(t *testing.T) {
	t.Parallel()
	const n = 150
	d := newDesk(t)
	d.Lanes = desktest.TheirLanes
	d.Restart(d.Store)
	for i := range n {
		d.MustDecide(desktest.Mara, d.Announce(desktest.In(desktest.TheirAccount, fmt.Sprintf("Y2I%03d", i))).ID, "approve", "")
	}
	dead := &halfDead{d.Lambda, make(chan struct{}, n), make(chan struct{}, n)}
	worker := delivery.NewWorker(d.Workers(dead, desktest.Rate).Delivery)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	for range delivery.DeliveriesAtOnce {
		<-dead.hung
	}
	for i := range 3 {
		d.MustDecide(desktest.Mara, d.Announce(desktest.In(desktest.OurAccount, fmt.Sprintf("b3Vy%d", i))).ID, "approve", "")
		d.Clock.Advance(time.Second)
		worker.Wake()
		<-dead.answered
	}
	if more := len(dead.hung); more > 0 {
		t.Errorf("%d calls more than %d are under way to an account that hangs", more, delivery.DeliveriesAtOnce)
	}
	stop()
	<-ended
}

// TestDoubtWaitsForTheBudget: a history that may not be read now is read later, and says what
// became of a lost answer.
func TestDoubtWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.None}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.Throttle(arn.Lane{Region: "eu-central-1"}, time.Minute)
	for range 30 {
		d.Clock.Advance(time.Second)
		d.Deliver()
		d.WantState(c.ID, callbacks.Decided)
	}
	if d.Lambda.Asked != 0 {
		t.Errorf("the history was read %d times, want not yet", d.Lambda.Asked)
	}
	d.Clock.Advance(31 * time.Second)
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}

// TestReceiptWaitsForTheBudget: a decision goes out whatever was read before; its receipt comes
// when it may, however late.
func TestReceiptWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Throttle(arn.Lane{Region: "eu-central-1"}, time.Hour)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
	for range 60 {
		d.read(time.Minute)
	}
	d.read(time.Second)
	if got := d.Get(c.ID); got.Ending.Event != 4 || d.Lambda.Asked != 1 {
		t.Errorf("ending %+v after %d readings, want the receipt with the first", got.Ending, d.Lambda.Asked)
	}
}
