package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

var bus = callbacks.Actor{Kind: callbacks.ActorSource, ID: "eventbridge", Name: "EventBridge"}

// ended says that the execution of a callback ended half an hour from the start, and wants a number
// of callbacks closed.
func (d *testDesk) ended(c callbacks.Callback, how desk.ExecutionEnd, want int) {
	d.T.Helper()
	closed, err := d.Service.ExecutionEnded(d.Ctx, bus, c.ExecutionARN, how, d.Clock.Now().Add(-time.Second))
	if err != nil || closed != want {
		d.T.Errorf("closed %d callbacks and %v, want %d", closed, err, want)
	}
}

func TestExecutionEnded(t *testing.T) {
	t.Parallel()
	for how, want := range map[desk.ExecutionEnd]struct {
		state  callbacks.State
		by     callbacks.EndedBy
		cause  callbacks.DeadlineCause
		detail string
		action callbacks.Action
	}{
		desk.ExecutionSucceeded: {callbacks.Closed, callbacks.EndedByExecution, "", "The execution succeeded without waiting for the callback any longer.", callbacks.ActionClosed},
		desk.ExecutionFailed:    {callbacks.Closed, callbacks.EndedByExecution, "", "The execution failed while the callback was open.", callbacks.ActionClosed},
		desk.ExecutionStopped:   {callbacks.Closed, callbacks.EndedByExecution, "", "The execution was stopped.", callbacks.ActionClosed},
		desk.ExecutionTimedOut: {callbacks.TimedOut, callbacks.EndedByClock, callbacks.CauseExecution,
			"The execution reached its own time limit.", callbacks.ActionTimedOut},
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(func(a *announcement.Announcement) {
				a.HeartbeatTimeout, a.KeepAlive = time.Minute, callbacks.KeepAliveQueued
			})
			d.Clock.Advance(30 * time.Minute)
			told := d.Invalidations.Count()
			d.ended(c, how, 1)
			got := d.WantState(c.ID, want.state)
			if e := got.Ending; e.By != want.by || e.Cause != want.cause || words.Ending(e, got.Decision) != want.detail || !e.At.Equal(d.Clock.Now().Add(-time.Second)) {
				t.Errorf("ending is %+v", e)
			}
			if !got.NextHeartbeatAt.IsZero() {
				t.Error("heartbeats go on")
			}
			entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: c.ID, Limit: 1})
			if err != nil || entries[0].Actor != bus || entries[0].Action != want.action || words.Audit(entries[0]) != want.detail {
				t.Errorf("audit has %+v, %v", entries, err)
			}
			if d.Invalidations.Count() != told+1 {
				t.Errorf("open pages were told %d times, want once", d.Invalidations.Count()-told)
			}
		})
	}
}

// What comes again, for an execution that ended already, changes nothing and tells nobody.
func TestExecutionEndedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.ended(c, desk.ExecutionStopped, 1)
	told, revision := d.Invalidations.Count(), d.Get(c.ID).Revision
	d.Clock.Advance(time.Minute)
	d.ended(c, desk.ExecutionFailed, 0)
	if got := d.Get(c.ID); got.Revision != revision || words.Ending(got.Ending, got.Decision) != "The execution was stopped." || d.Invalidations.Count() != told || len(d.Actions(c.ID)) != 2 {
		t.Errorf("ending is %+v after %v", got.Ending, d.Actions(c.ID))
	}
}

func TestExecutionEndedLeavesAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	other := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.ExecutionARN = "b3RoZXI=", a.ExecutionARN+"/other" })
	unknown := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.ExecutionARN = "bm9uZQ==", "" })
	decided := d.Announce(func(a *announcement.Announcement) { a.CallbackID = "ZGVjaWRlZA==" })
	d.MustDecide(desktest.Mara, decided.ID, "approve", "")
	d.ended(c, desk.ExecutionFailed, 1)
	d.ended(unknown, desk.ExecutionFailed, 0)
	d.WantState(c.ID, callbacks.Closed)
	d.WantState(other.ID, callbacks.Pending)
	d.WantState(unknown.ID, callbacks.Pending)
	d.WantState(decided.ID, callbacks.Decided)
	d.Deliver() // Lambda knows what became of it
	d.WantState(decided.ID, callbacks.Completed)
}

// However many callbacks an execution has, and however often the event comes at once, each is
// closed once.
func TestExecutionEndedOfMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const many = 201 // more than are read at a time
	var c callbacks.Callback
	for i := range many {
		c = d.Announce(func(a *announcement.Announcement) { a.CallbackID = fmt.Sprintf("%04d", i) })
	}
	var all sync.WaitGroup
	closed := make([]int, 4)
	for i := range closed {
		all.Go(func() {
			var err error
			if closed[i], err = d.Service.ExecutionEnded(d.Ctx, bus, c.ExecutionARN, desk.ExecutionStopped, d.Clock.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if sum := closed[0] + closed[1] + closed[2] + closed[3]; sum != many {
		t.Errorf("closed %v together %d, want %d", closed, sum, many)
	}
}

// TestExecutionEnded_AfterADay: the history is not read any more by then, but the source's word
// counts, and has it read once more.
func TestExecutionEnded_AfterADay(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	for range 25 {
		d.read(time.Hour)
	}
	if d.due() >= 0 {
		t.Fatalf("after a day it is still read, in %v", d.due())
	}
	d.Lambda.Happen(chargeStarts, allFails)
	d.ended(d.Get(id), desk.ExecutionFailed, 0)
	if c := d.Get(id); !c.ExecutionFailed || d.Attention(desktest.Mara) != 1 || d.Attention(desktest.Ops) != 1 || d.Attention(desktest.Dana) != 0 {
		t.Errorf("failed %t; attention of who decided %d, of the admin %d, of a colleague %d", c.ExecutionFailed, d.Attention(desktest.Mara), d.Attention(desktest.Ops), d.Attention(desktest.Dana))
	}
	d.read(time.Second)
	if a := d.followUp(id); a.Status != callbacks.StatusFailed || a.Event != 6 || a.Error.ErrorType != "ValidationError" || len(a.Steps) != 1 || d.due() >= 0 {
		t.Errorf("read once more it is %+v, due in %v", a, d.due())
	}
	if actions := d.Actions(id); actions[len(actions)-1] != callbacks.ActionExecutionFailed || actions[len(actions)-2] == callbacks.ActionExecutionFailed {
		t.Errorf("the audit is %v, want one end", actions)
	}
}

// TestExecutionEnded_Unreadable: where no history may be read, what the source says is all there
// is, and it may say it twice.
func TestExecutionEnded_Unreadable(t *testing.T) {
	t.Parallel()
	for how, failed := range map[desk.ExecutionEnd]bool{
		desk.ExecutionSucceeded: false, desk.ExecutionFailed: true, desk.ExecutionTimedOut: true, desk.ExecutionStopped: true,
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Lambda.NoHistory, d.Lambda.NoAfter = replies.Denied, replies.Denied
			c := d.Announce(nil)
			d.MustDecide(desktest.Mara, c.ID, "approve", "")
			d.Deliver()
			d.read(10 * time.Second)
			for range 2 {
				d.ended(c, how, 0)
				d.read(time.Second)
			}
			got := d.WantState(c.ID, callbacks.Completed)
			if a := d.followUp(c.ID); got.ExecutionFailed != failed || !a.Status.Ended() || a.EndedAt.IsZero() || d.due() >= 0 {
				t.Errorf("failed %t, %+v, due in %v", got.ExecutionFailed, a, d.due())
			}
			entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: c.ID, Limit: 2})
			if err != nil || entries[0].Actor != bus || entries[1].Action != callbacks.ActionDelivered {
				t.Errorf("the audit has %+v (%v), want one end, by the source", entries, err)
			}
		})
	}
}

// TestExecutionEnded_BeforeTheReceipt: the history that is read afterwards adds to it, and tells
// the end no second time. A rejection is meant to stop the function.
func TestExecutionEnded_BeforeTheReceipt(t *testing.T) {
	t.Parallel()
	for outcome, failed := range map[string]bool{"approve": true, "reject": false} {
		d := newDesk(t)
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, outcome, "as agreed")
		d.Deliver()
		d.ended(c, desk.ExecutionFailed, 0)
		d.read(time.Second) // the receipt
		d.read(2 * time.Second)
		if a := d.followUp(c.ID); a.Status != callbacks.StatusFailed || a.Event != 0 || d.due() < 0 {
			t.Errorf("%s: while the history lags: %+v, due in %v", outcome, a, d.due())
		}
		d.Lambda.Happen(chargeStarts, allFails)
		d.read(5 * time.Second)
		if a := d.followUp(c.ID); a.Event != 6 || len(a.Steps) != 1 || d.due() >= 0 {
			t.Errorf("%s: %+v, due in %v", outcome, a, d.due())
		}
		want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionExecutionFailed, callbacks.ActionReceipt}
		if got := d.Actions(c.ID); !slices.Equal(got, want) || d.Get(c.ID).ExecutionFailed != failed {
			t.Errorf("%s: failed %t, audit %v", outcome, d.Get(c.ID).ExecutionFailed, got)
		}
	}
}

// reporting is a Lambda whose source tells of the execution's end while its history is being read.
type reporting struct {
	*desktest.Remote
	tell func()
}

func (r reporting) Page(ctx context.Context, q history.Query) (history.Page, error) {
	if q.After > 0 {
		r.tell()
	}
	return r.Remote.Page(ctx, q)
}

// TestExecutionEnded_DuringAReading: a reading that began before keeps the end that it has not come
// to.
func TestExecutionEnded_DuringAReading(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	c := d.Get(id)
	tell := func() { d.ended(c, desk.ExecutionFailed, 0) }
	d.Deliveries = delivery.NewWorker(d.Workers(reporting{d.Lambda, tell}, desktest.Rate).Delivery)
	d.Lambda.Happen(chargeStarts)
	d.read(2 * time.Second)
	if a := d.followUp(id); a.Status != callbacks.StatusFailed || len(a.Steps) != 1 || !d.Get(id).ExecutionFailed || d.due() < 0 {
		t.Errorf("%+v, failed %t, due in %v", a, d.Get(id).ExecutionFailed, d.due())
	}
}
