package callbacks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// halfDead is a Lambda of which one account does not answer any more.
type halfDead struct {
	*remote
	hung, answered chan struct{}
}

func (l *halfDead) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	if strings.Contains(to.ExecutionARN, TheirAccount) {
		l.hung <- struct{}{}
		<-ctx.Done()
		return &callbacks.LambdaError{Answer: callbacks.AnswerNone, Err: ctx.Err()}
	}
	l.answered <- struct{}{}
	return l.remote.Complete(ctx, to, c)
}

// TestDeliveries_OneLaneHangs: however many decisions wait for an account that does not answer, those of another go out at once.
func TestDeliveries_OneLaneHangs(t *testing.T) {
	t.Parallel()
	const n = 150
	d := newDesk(t)
	d.lanes = TheirLanes
	d.restart(d.store)
	for i := range n {
		d.mustDecide(mara, d.announce(In(TheirAccount, fmt.Sprintf("Y2I%03d", i))).ID, "approve", "")
	}
	dead := &halfDead{d.lambda, make(chan struct{}, n), make(chan struct{}, n)}
	worker := callbacks.NewDeliveries(d.workers(dead, rate).delivery)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	for range callbacks.DeliveriesAtOnce {
		<-dead.hung
	}
	for i := range 3 {
		d.mustDecide(mara, d.announce(In(OurAccount, fmt.Sprintf("b3Vy%d", i))).ID, "approve", "")
		d.clock.Advance(time.Second)
		worker.Wake()
		<-dead.answered
	}
	if more := len(dead.hung); more > 0 {
		t.Errorf("%d calls more than %d are under way to an account that hangs", more, callbacks.DeliveriesAtOnce)
	}
	stop()
	<-ended
}

// TestDoubtWaitsForTheBudget: a history that may not be read now is read later, and says what became of a lost answer.
func TestDoubtWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lambda.faults = []callbacks.Answer{callbacks.AnswerNone}
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.deliver()
	d.throttle(callbacks.Lane{Region: "eu-central-1"}, time.Minute)
	for range 30 {
		d.clock.Advance(time.Second)
		d.deliver()
		d.wantState(c.ID, callbacks.Decided)
	}
	if d.lambda.asked != 0 {
		t.Errorf("the history was read %d times, want not yet", d.lambda.asked)
	}
	d.clock.Advance(31 * time.Second)
	d.deliver()
	d.wantState(c.ID, callbacks.Completed)
}

// TestReceiptWaitsForTheBudget: a decision goes out whatever was read before; its receipt comes when it may, however late.
func TestReceiptWaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.throttle(callbacks.Lane{Region: "eu-central-1"}, time.Hour)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.deliver()
	d.wantState(c.ID, callbacks.Completed)
	for range 60 {
		d.read(time.Minute)
	}
	d.read(time.Second)
	if got := d.get(c.ID); got.Ending.Event != 4 || d.lambda.asked != 1 {
		t.Errorf("ending %+v after %d readings, want the receipt with the first", got.Ending, d.lambda.asked)
	}
}
