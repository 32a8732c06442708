package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// Events behind a decision.
var (
	chargeStarts   = history.Event{Kind: callbacks.OperationStep, Operation: "s", Name: "charge", Status: callbacks.StatusRunning}
	chargeSucceeds = history.Event{Kind: callbacks.OperationStep, Operation: "s", Name: "charge", Status: callbacks.StatusSucceeded, Payload: []byte(`"st_51Q8"`)}
	allSucceeds    = history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusSucceeded}
	allFails       = history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusFailed, Error: &callbacks.ErrorObject{ErrorType: "ValidationError", ErrorMessage: "no"}}
	allTimesOut    = history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusTimedOut}
	allStops       = history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusStopped}
)

// proven is a desk whose decision has its receipt: what comes is the follow-up.
func proven(t *testing.T, outcome string) (*testDesk, callbacks.ID) {
	t.Helper()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, outcome, "as agreed")
	d.Deliver()
	d.Clock.Advance(time.Second)
	d.Deliver()
	if d.WantState(c.ID, callbacks.Completed).Ending.Event != 4 {
		t.Fatal("there is no receipt")
	}
	return d, c.ID
}

// read lets time pass and reads on.
func (d *testDesk) read(after time.Duration) {
	d.T.Helper()
	d.Clock.Advance(after)
	d.Deliver()
}

func (d *testDesk) followUp(id callbacks.ID) *callbacks.FollowUp {
	d.T.Helper()
	delivery, err := d.Store.Delivery(d.Ctx, id)
	if err != nil {
		d.T.Fatal(err)
	}
	return delivery.FollowUp
}

// due is the time until the next reading, negative for never.
func (d *testDesk) due() time.Duration {
	d.T.Helper()
	next, err := d.Store.NextDelivery(d.Ctx)
	if err != nil {
		d.T.Fatal(err)
	}
	if next.IsZero() {
		return -1
	}
	return next.Sub(d.Clock.Now())
}

func TestFollowToTheEnd(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	d.Lambda.Happen(chargeStarts)
	d.read(time.Second)
	if a := d.followUp(id); a == nil || a.Status != callbacks.StatusRunning || len(a.Steps) != 1 || a.Steps[0].Status != callbacks.StatusRunning {
		t.Fatalf("while it runs: %+v", a)
	}
	d.Lambda.Happen(chargeSucceeds, allSucceeds)
	d.read(2 * time.Second)
	a := d.followUp(id)
	if a.Status != callbacks.StatusSucceeded || a.Event != 7 || len(a.Steps) != 1 || a.Steps[0].Note != "st_51Q8" || a.Steps[0].Took != time.Second {
		t.Errorf("at its end: %+v", a)
	}
	if want := []int{4, 5}; !slices.Equal(d.Lambda.Readings, want) {
		t.Errorf("read on after events %v, want %v: each reading goes on", d.Lambda.Readings, want)
	}
	want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionReceipt, callbacks.ActionExecutionSucceeded}
	if got := d.Actions(id); !slices.Equal(got, want) {
		t.Errorf("audit is %v, want %v", got, want)
	}
	if c := d.WantState(id, callbacks.Completed); c.ExecutionFailed || d.Attention(desktest.Mara) != 0 || d.due() >= 0 {
		t.Errorf("failed %t, attention %d, due in %v", c.ExecutionFailed, d.Attention(desktest.Mara), d.due())
	}
	if len(d.Lambda.Sent()) != 1 {
		t.Error("the decision was sent again")
	}
}

func TestFollowToABadEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome string
		end     history.Event
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
			told := d.Invalidations.Count()
			d.Lambda.Happen(test.end)
			d.read(2 * time.Second)
			c := d.WantState(id, callbacks.Completed)
			found := 0
			if test.failed {
				found = 1
			}
			if c.ExecutionFailed != test.failed || d.Attention(desktest.Mara) != found || d.Attention(desktest.Ops) != found || d.Attention(desktest.Dana) != 0 {
				t.Errorf("failed %t; attention of who decided %d, of the admin %d, of a colleague %d", c.ExecutionFailed, d.Attention(desktest.Mara), d.Attention(desktest.Ops), d.Attention(desktest.Dana))
			}
			entry := callbacks.ActionExecutionFailed
			if test.end.Status == callbacks.StatusSucceeded {
				entry = callbacks.ActionExecutionSucceeded
			}
			if actions := d.Actions(id); actions[len(actions)-1] != entry {
				t.Errorf("the audit ends with %s, want %s", actions[len(actions)-1], entry)
			}
			if d.due() >= 0 || d.Invalidations.Count() != told+1 {
				t.Errorf("due again in %v, pages told %d times", d.due(), d.Invalidations.Count()-told)
			}
		})
	}
}

// TestFollowSlowsDown: 1 s, 2 s, 4 s … 5 min, for 24 hours; and pages hear of news only.
func TestFollowSlowsDown(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	closed := d.Get(id).Ending.At
	d.read(time.Second)
	told := d.Invalidations.Count()
	var pauses []time.Duration
	for d.due() > 0 {
		pauses = append(pauses, d.due())
		d.read(d.due())
	}
	if want := []time.Duration{2, 4, 8, 16, 32, 64, 128, 256, 300, 300}; !slices.Equal(pauses[:10], seconds(want)) || pauses[len(pauses)-1] != 5*time.Minute {
		t.Errorf("pauses are %v, want seconds of %v", pauses[:10], want)
	}
	if followed := d.Clock.Now().Sub(closed); followed < 24*time.Hour || followed > 24*time.Hour+5*time.Minute {
		t.Errorf("it was followed for %v", followed)
	}
	if n := len(d.Lambda.Readings); n != len(pauses)+1 || n > 300 {
		t.Errorf("%d requests for %d readings", n, len(pauses)+1)
	}
	if a := d.followUp(id); a.Status != callbacks.StatusRunning || !a.ReadAt.Equal(d.Clock.Now()) {
		t.Errorf("at the end of patience: %+v", a)
	}
	if n := d.Invalidations.Count() - told; n != 1 {
		t.Errorf("pages were told %d times, want once: that nobody looks any more", n)
	}
	if n := len(d.Actions(id)); n != 4 {
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
	for _, reply := range []replies.Reply{replies.Denied, replies.Gone, replies.Invalid} {
		d, id := proven(t, "approve")
		d.Lambda.NoAfter = reply
		d.read(time.Second)
		if a := d.followUp(id); a != nil || d.due() >= 0 {
			t.Errorf("%s: %+v, due in %v; want nothing", reply, a, d.due())
		}
		d.WantState(id, callbacks.Completed)
	}
}

// TestFollowDeniedLater: what is known stays.
func TestFollowDeniedLater(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	d.Lambda.Happen(chargeStarts)
	d.read(time.Second)
	d.Lambda.NoAfter = replies.Denied
	d.read(2 * time.Second)
	if a := d.followUp(id); a == nil || len(a.Steps) != 1 || d.due() >= 0 {
		t.Errorf("%+v, due in %v", a, d.due())
	}
}

// TestFollowThrottled: a throttled or failing history only costs time.
func TestFollowThrottled(t *testing.T) {
	t.Parallel()
	for _, reply := range []replies.Reply{replies.Throttled, replies.Fault, replies.None, replies.KMS, replies.Unsent} {
		d, id := proven(t, "approve")
		d.Lambda.NoAfter = reply
		told := d.Invalidations.Count()
		for range 3 {
			d.read(max(d.due(), 0))
			if d.due() != 30*time.Second || !d.followUp(id).ReadAt.IsZero() {
				t.Fatalf("%s: due in %v, want as long as Lambda asks for; read at %v", reply, d.due(), d.followUp(id).ReadAt)
			}
		}
		if d.Invalidations.Count() != told {
			t.Errorf("%s: pages were told of readings that brought nothing", reply)
		}
		d.Lambda.NoAfter = ""
		d.Lambda.Happen(allFails)
		d.read(30 * time.Second)
		if !d.Get(id).ExecutionFailed {
			t.Errorf("%s: the end was not found afterwards", reply)
		}
	}
}

// TestFollowAfterRestart: another process goes on where the first one was, also one that died
// during a reading.
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
	d.Restart(first)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.Lambda.Happen(chargeStarts)
	d.read(time.Second)
	d.read(time.Second)
	d.Clock.Advance(2 * time.Second)
	claimed, err := first.ClaimDeliveries(d.Ctx, d.Clock.Now(), callbacks.Lease{Owner: "who dies", Until: d.Clock.Now().Add(delivery.DeliveryLease)}, 1, nil)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %d: %v", len(claimed), err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open()
	t.Cleanup(func() { _ = second.Close() })
	d.Restart(second)
	d.Lambda.Happen(chargeSucceeds, allFails)
	d.read(delivery.DeliveryLease)
	if a := d.followUp(c.ID); a.Status != callbacks.StatusFailed || len(a.Steps) != 1 || a.Steps[0].Took == 0 {
		t.Errorf("after the restart: %+v", a)
	}
	if want := []int{4, 5}; !slices.Equal(d.Lambda.Readings, want) {
		t.Errorf("read on after %v, want %v", d.Lambda.Readings, want)
	}
	if actions := d.Actions(c.ID); actions[len(actions)-1] != callbacks.ActionExecutionFailed || len(d.Lambda.Sent()) != 1 {
		t.Errorf("audit %v, sent %d times", actions, len(d.Lambda.Sent()))
	}
}

// TestFollowAfterALostAnswer: what the history settled is followed as well.
func TestFollowAfterALostAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.None}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.read(time.Second)
	d.WantState(c.ID, callbacks.Completed)
	d.Lambda.Happen(allSucceeds)
	d.read(time.Second)
	if a := d.followUp(c.ID); a == nil || a.Status != callbacks.StatusSucceeded {
		t.Errorf("got %+v, want the end", a)
	}
}

// many is a desk with decisions that Lambda accepted at the same time, each of a callback of its
// own.
func many(t *testing.T, n int) *testDesk {
	t.Helper()
	d := newDesk(t)
	for i := range n {
		c := d.Announce(func(a *announcement.Announcement) { a.CallbackID = fmt.Sprintf("Y2I%03d", i) })
		d.Lambda.Closed = false
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		d.Deliver()
	}
	return d
}

// TestFollowManyAtOnce: readings keep to the budget, those of receipts come first, and none is left
// out.
func TestFollowManyAtOnce(t *testing.T) {
	t.Parallel()
	const n, rate = 30, 4
	d := many(t, n)
	d.Deliveries = delivery.NewWorker(d.Workers(d.Lambda, rate).Delivery)
	d.Lambda.Happen(allSucceeds)
	began := d.Clock.Now()
	for d.due() >= 0 {
		d.read(max(d.due(), 0))
		looks, after := len(d.Lambda.Readings), d.Clock.Now().Sub(began)
		if allowed := 2*rate + int(after.Seconds()*rate); d.Lambda.Asked+looks > allowed {
			t.Fatalf("%d histories read after %v, at most %d are allowed", d.Lambda.Asked+looks, after, allowed)
		}
		if d.Lambda.Asked < n && looks > 0 {
			t.Fatalf("%d looks at what came afterwards, and %d receipts are not there yet", looks, n-d.Lambda.Asked)
		}
	}
	if spent := d.Clock.Now().Sub(began); spent > (2*n/rate+1)*time.Second {
		t.Errorf("it took %v, want four a second", spent)
	}
	if d.Lambda.Asked != n || len(d.Lambda.Readings) != n {
		t.Errorf("%d receipts and %d ends, want %d of each", d.Lambda.Asked, len(d.Lambda.Readings), n)
	}
}

// slowLambda holds readings until they are cut, and says when it got a completion.
type slowLambda struct {
	*desktest.Remote
	reads, completed chan struct{}
}

func (l *slowLambda) Page(ctx context.Context, q history.Query) (history.Page, error) {
	if q.After > 0 {
		l.reads <- struct{}{}
		<-ctx.Done()
	}
	return l.Remote.Page(ctx, q)
}

func (l *slowLambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	defer close(l.completed)
	return l.Remote.Complete(ctx, to, c)
}

// TestFollowLeavesRoom: however many readings are overdue, and however slow they are, a decision
// goes out at once.
func TestFollowLeavesRoom(t *testing.T) {
	t.Parallel()
	const n = 80
	d := many(t, n)
	d.read(time.Second)
	d.read(time.Second)
	d.Clock.Advance(time.Hour) // nobody was there
	slow := &slowLambda{d.Lambda, make(chan struct{}, n), make(chan struct{})}
	worker := delivery.NewWorker(d.Workers(slow, desktest.Rate).Delivery)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	for range 16 {
		<-slow.reads
	}
	c := d.Announce(func(a *announcement.Announcement) { a.CallbackID = "bmV3" })
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	worker.Wake()
	<-slow.completed
	if more := len(slow.reads); more > 0 {
		t.Errorf("%d readings more than 16 are under way", more)
	}
	stop()
	<-ended
}
