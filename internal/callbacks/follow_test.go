package callbacks_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// Events behind a decision.
var (
	chargeStarts   = callbacks.AfterEvent{Kind: callbacks.OperationStep, Operation: "s", Name: "charge", Status: callbacks.AfterRunning}
	chargeSucceeds = callbacks.AfterEvent{Kind: callbacks.OperationStep, Operation: "s", Name: "charge", Status: callbacks.AfterSucceeded, Result: `"st_51Q8"`}
	allSucceeds    = callbacks.AfterEvent{Kind: callbacks.OperationExecution, Status: callbacks.AfterSucceeded}
	allFails       = callbacks.AfterEvent{Kind: callbacks.OperationExecution, Status: callbacks.AfterFailed, Error: callbacks.ErrorObject{ErrorType: "ValidationError", ErrorMessage: "no"}}
	allTimesOut    = callbacks.AfterEvent{Kind: callbacks.OperationExecution, Status: callbacks.AfterTimedOut}
	allStops       = callbacks.AfterEvent{Kind: callbacks.OperationExecution, Status: callbacks.AfterStopped}
)

// proven is a desk whose decision has its receipt: what comes is the aftermath.
func proven(t *testing.T, outcome string) (*desk, callbacks.ID) {
	t.Helper()
	d := newDesk(t)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, outcome, "as agreed")
	d.deliver()
	d.clock.Advance(time.Second)
	d.deliver()
	if d.wantState(c.ID, callbacks.Completed).Ending.Event != 4 {
		t.Fatal("there is no receipt")
	}
	return d, c.ID
}

// read lets time pass and reads on.
func (d *desk) read(after time.Duration) {
	d.t.Helper()
	d.clock.Advance(after)
	d.deliver()
}

func (d *desk) aftermath(id callbacks.ID) *callbacks.Aftermath {
	d.t.Helper()
	delivery, err := d.store.Delivery(d.ctx, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return delivery.Aftermath
}

// due is the time until the next reading, negative for never.
func (d *desk) due() time.Duration {
	d.t.Helper()
	next, err := d.store.NextDelivery(d.ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	if next.IsZero() {
		return -1
	}
	return next.Sub(d.clock.Now())
}

func TestFollowToTheEnd(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	d.lambda.happen(chargeStarts)
	d.read(time.Second)
	if a := d.aftermath(id); a == nil || a.Status != callbacks.AfterRunning || len(a.Steps) != 1 || a.Steps[0].Status != callbacks.AfterRunning {
		t.Fatalf("while it runs: %+v", a)
	}
	d.lambda.happen(chargeSucceeds, allSucceeds)
	d.read(2 * time.Second)
	a := d.aftermath(id)
	if a.Status != callbacks.AfterSucceeded || a.Event != 7 || len(a.Steps) != 1 || a.Steps[0].Note != "st_51Q8" || a.Steps[0].Took != time.Second {
		t.Errorf("at its end: %+v", a)
	}
	if want := []int{4, 5}; !slices.Equal(d.lambda.readings, want) {
		t.Errorf("read on after events %v, want %v: each reading goes on", d.lambda.readings, want)
	}
	want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionReceipt, callbacks.ActionExecutionSucceeded}
	if got := d.actions(id); !slices.Equal(got, want) {
		t.Errorf("audit is %v, want %v", got, want)
	}
	if c := d.wantState(id, callbacks.Completed); c.ExecutionFailed || d.attention(mara) != 0 || d.due() >= 0 {
		t.Errorf("failed %t, attention %d, due in %v", c.ExecutionFailed, d.attention(mara), d.due())
	}
	if len(d.lambda.sent()) != 1 {
		t.Error("the decision was sent again")
	}
}

func TestFollowToABadEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome string
		end     callbacks.AfterEvent
		failed  bool
	}{
		"Failed":           {"approve", allFails, true},
		"TimedOut":         {"approve", allTimesOut, true},
		"Stopped":          {"approve", allStops, true},
		"AfterARejection":  {"reject", allFails, false}, // that is what it is for
		"SuccessfulReject": {"reject", allSucceeds, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, id := proven(t, test.outcome)
			told := d.notices.count()
			d.lambda.happen(test.end)
			d.read(2 * time.Second)
			c := d.wantState(id, callbacks.Completed)
			found := 0
			if test.failed {
				found = 1
			}
			if c.ExecutionFailed != test.failed || d.attention(mara) != found || d.attention(ops) != found || d.attention(dana) != 0 {
				t.Errorf("failed %t; attention of who decided %d, of the admin %d, of a colleague %d", c.ExecutionFailed, d.attention(mara), d.attention(ops), d.attention(dana))
			}
			entry := callbacks.ActionExecutionFailed
			if test.end.Status == callbacks.AfterSucceeded {
				entry = callbacks.ActionExecutionSucceeded
			}
			if actions := d.actions(id); actions[len(actions)-1] != entry {
				t.Errorf("the audit ends with %s, want %s", actions[len(actions)-1], entry)
			}
			if d.due() >= 0 || d.notices.count() != told+1 {
				t.Errorf("due again in %v, pages told %d times", d.due(), d.notices.count()-told)
			}
		})
	}
}

// TestFollowSlowsDown: 1 s, 2 s, 4 s … 5 min, for 24 hours; and pages hear of news only.
func TestFollowSlowsDown(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	closed := d.get(id).Ending.At
	d.read(time.Second)
	told := d.notices.count()
	var pauses []time.Duration
	for d.due() > 0 {
		pauses = append(pauses, d.due())
		d.read(d.due())
	}
	if want := []time.Duration{2, 4, 8, 16, 32, 64, 128, 256, 300, 300}; !slices.Equal(pauses[:10], seconds(want)) || pauses[len(pauses)-1] != 5*time.Minute {
		t.Errorf("pauses are %v, want seconds of %v", pauses[:10], want)
	}
	if followed := d.clock.Now().Sub(closed); followed < 24*time.Hour || followed > 24*time.Hour+5*time.Minute {
		t.Errorf("it was followed for %v", followed)
	}
	if n := len(d.lambda.readings); n != len(pauses)+1 || n > 300 {
		t.Errorf("%d requests for %d readings", n, len(pauses)+1)
	}
	if a := d.aftermath(id); a.Status != callbacks.AfterRunning || !a.ReadAt.Equal(d.clock.Now()) {
		t.Errorf("at the end of patience: %+v", a)
	}
	if n := d.notices.count() - told; n != 1 {
		t.Errorf("pages were told %d times, want once: that nobody looks any more", n)
	}
	if n := len(d.actions(id)); n != 4 {
		t.Errorf("%d audit entries, want none of readings", n)
	}
}

func seconds(n []time.Duration) []time.Duration {
	for i := range n {
		n[i] *= time.Second
	}
	return n
}

func TestFollowDenied(t *testing.T) {
	t.Parallel()
	for _, answer := range []callbacks.Answer{callbacks.AnswerDenied, callbacks.AnswerGone, callbacks.AnswerInvalid} {
		d, id := proven(t, "approve")
		d.lambda.noAfter = answer
		d.read(time.Second)
		if a := d.aftermath(id); a != nil || d.due() >= 0 {
			t.Errorf("%s: %+v, due in %v; want nothing", answer, a, d.due())
		}
		d.wantState(id, callbacks.Completed)
	}
}

// TestFollowDeniedLater: what is known stays.
func TestFollowDeniedLater(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	d.lambda.happen(chargeStarts)
	d.read(time.Second)
	d.lambda.noAfter = callbacks.AnswerDenied
	d.read(2 * time.Second)
	if a := d.aftermath(id); a == nil || len(a.Steps) != 1 || d.due() >= 0 {
		t.Errorf("%+v, due in %v", a, d.due())
	}
}

// TestFollowThrottled: a throttled or failing history only costs time.
func TestFollowThrottled(t *testing.T) {
	t.Parallel()
	for _, answer := range []callbacks.Answer{callbacks.AnswerThrottled, callbacks.AnswerFault, callbacks.AnswerNone, callbacks.AnswerKMS, callbacks.AnswerUnsent} {
		d, id := proven(t, "approve")
		d.lambda.noAfter = answer
		told := d.notices.count()
		for range 3 {
			d.read(max(d.due(), 0))
			if d.due() != 30*time.Second || !d.aftermath(id).ReadAt.IsZero() {
				t.Fatalf("%s: due in %v, want as long as Lambda asks for; read at %v", answer, d.due(), d.aftermath(id).ReadAt)
			}
		}
		if d.notices.count() != told {
			t.Errorf("%s: pages were told of readings that brought nothing", answer)
		}
		d.lambda.noAfter = ""
		d.lambda.happen(allFails)
		d.read(30 * time.Second)
		if !d.get(id).ExecutionFailed {
			t.Errorf("%s: the end was not found afterwards", answer)
		}
	}
}

// TestFollowAfterRestart: another process goes on where the first one was, also one that died during a reading.
func TestFollowAfterRestart(t *testing.T) {
	t.Parallel()
	database := sqlstoretest.NewDatabase(t)
	open := func() *sqlstore.Store {
		store, err := sqlstore.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	d := newDesk(t)
	first := open()
	d.restart(first)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.deliver()
	d.lambda.happen(chargeStarts)
	d.read(time.Second)
	d.read(time.Second)
	d.clock.Advance(2 * time.Second)
	claimed, err := first.ClaimDeliveries(d.ctx, d.clock.Now(), callbacks.Lease{Owner: "who dies", Until: d.clock.Now().Add(callbacks.DeliveryLease)}, 1, nil)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %d: %v", len(claimed), err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open()
	t.Cleanup(func() { _ = second.Close() })
	d.restart(second)
	d.lambda.happen(chargeSucceeds, allFails)
	d.read(callbacks.DeliveryLease)
	if a := d.aftermath(c.ID); a.Status != callbacks.AfterFailed || len(a.Steps) != 1 || a.Steps[0].Took == 0 {
		t.Errorf("after the restart: %+v", a)
	}
	if want := []int{4, 5}; !slices.Equal(d.lambda.readings, want) {
		t.Errorf("read on after %v, want %v", d.lambda.readings, want)
	}
	if actions := d.actions(c.ID); actions[len(actions)-1] != callbacks.ActionExecutionFailed || len(d.lambda.sent()) != 1 {
		t.Errorf("audit %v, sent %d times", actions, len(d.lambda.sent()))
	}
}

// TestFollowAfterALostAnswer: what the history settled is followed as well.
func TestFollowAfterALostAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lambda.faults = []callbacks.Answer{callbacks.AnswerNone}
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.deliver()
	d.read(time.Second)
	d.wantState(c.ID, callbacks.Completed)
	d.lambda.happen(allSucceeds)
	d.read(time.Second)
	if a := d.aftermath(c.ID); a == nil || a.Status != callbacks.AfterSucceeded {
		t.Errorf("got %+v, want the end", a)
	}
}

// many is a desk with decisions that Lambda accepted at the same time, each of a callback of its own.
func many(t *testing.T, n int) *desk {
	t.Helper()
	d := newDesk(t)
	for i := range n {
		c := d.announce(func(a *callbacks.Announcement) { a.CallbackID = fmt.Sprintf("Y2I%03d", i) })
		d.lambda.closed = false
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
	}
	return d
}

// TestFollowManyAtOnce: readings keep to the budget, those of receipts come first, and none is left out.
func TestFollowManyAtOnce(t *testing.T) {
	t.Parallel()
	const n, rate = 30, 4
	d := many(t, n)
	d.deliveries = callbacks.NewDeliveries(d.workers(d.lambda, rate).delivery)
	d.lambda.happen(allSucceeds)
	began := d.clock.Now()
	for d.due() >= 0 {
		d.read(max(d.due(), 0))
		looks, after := len(d.lambda.readings), d.clock.Now().Sub(began)
		if allowed := 2*rate + int(after.Seconds()*rate); d.lambda.asked+looks > allowed {
			t.Fatalf("%d histories read after %v, at most %d are allowed", d.lambda.asked+looks, after, allowed)
		}
		if d.lambda.asked < n && looks > 0 {
			t.Fatalf("%d looks at what came afterwards, and %d receipts are not there yet", looks, n-d.lambda.asked)
		}
	}
	if spent := d.clock.Now().Sub(began); spent > (2*n/rate+1)*time.Second {
		t.Errorf("it took %v, want four a second", spent)
	}
	if d.lambda.asked != n || len(d.lambda.readings) != n {
		t.Errorf("%d receipts and %d ends, want %d of each", d.lambda.asked, len(d.lambda.readings), n)
	}
}

// slowLambda holds readings until they are cut, and says when it got a completion.
type slowLambda struct {
	*remote
	reads, completed chan struct{}
}

func (l *slowLambda) After(ctx context.Context, to callbacks.Target, event int) (callbacks.AfterPage, error) {
	l.reads <- struct{}{}
	<-ctx.Done()
	return l.remote.After(ctx, to, event)
}

func (l *slowLambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	defer close(l.completed)
	return l.remote.Complete(ctx, to, c)
}

// TestFollowLeavesRoom: however many readings are overdue, and however slow they are, a decision goes out at once.
func TestFollowLeavesRoom(t *testing.T) {
	t.Parallel()
	const n = 80
	d := many(t, n)
	d.read(time.Second)
	d.read(time.Second)
	d.clock.Advance(time.Hour) // nobody was there
	slow := &slowLambda{d.lambda, make(chan struct{}, n), make(chan struct{})}
	worker := callbacks.NewDeliveries(d.workers(slow, rate).delivery)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	for range 16 {
		<-slow.reads
	}
	c := d.announce(func(a *callbacks.Announcement) { a.CallbackID = "bmV3" })
	d.mustDecide(mara, c.ID, "approve", "")
	worker.Wake()
	<-slow.completed
	if more := len(slow.reads); more > 0 {
		t.Errorf("%d readings more than 16 are under way", more)
	}
	stop()
	<-ended
}
