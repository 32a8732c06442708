package callbacks_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

var bus = callbacks.Actor{Kind: callbacks.ActorSource, ID: "eventbridge", Name: "EventBridge"}

// ended says that the execution of a callback ended half an hour from the start, and wants a number of callbacks closed.
func (d *desk) ended(c callbacks.Callback, how callbacks.ExecutionEnd, want int) {
	d.t.Helper()
	closed, err := d.service.ExecutionEnded(d.ctx, bus, c.ExecutionARN, how, d.clock.Now().Add(-time.Second))
	if err != nil || closed != want {
		d.t.Errorf("closed %d callbacks and %v, want %d", closed, err, want)
	}
}

func TestExecutionEnded(t *testing.T) {
	t.Parallel()
	for how, want := range map[callbacks.ExecutionEnd]struct {
		state  callbacks.State
		by     callbacks.EndedBy
		cause  callbacks.DeadlineCause
		detail string
		action callbacks.Action
	}{
		callbacks.ExecutionSucceeded: {callbacks.Closed, callbacks.EndedByExecution, "", "The execution succeeded without waiting for the callback any longer.", callbacks.ActionClosed},
		callbacks.ExecutionFailed:    {callbacks.Closed, callbacks.EndedByExecution, "", "The execution failed while the callback was open.", callbacks.ActionClosed},
		callbacks.ExecutionStopped:   {callbacks.Closed, callbacks.EndedByExecution, "", "The execution was stopped.", callbacks.ActionClosed},
		callbacks.ExecutionTimedOut: {callbacks.TimedOut, callbacks.EndedByClock, callbacks.CauseExecution,
			"The execution reached its own time limit.", callbacks.ActionTimedOut},
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(func(a *callbacks.Announcement) {
				a.HeartbeatTimeout, a.KeepAlive = time.Minute, callbacks.KeepAliveQueued
			})
			d.clock.Advance(30 * time.Minute)
			told := d.notices.count()
			d.ended(c, how, 1)
			got := d.wantState(c.ID, want.state)
			if e := got.Ending; e.By != want.by || e.Cause != want.cause || e.Detail != want.detail || !e.At.Equal(d.clock.Now().Add(-time.Second)) {
				t.Errorf("ending is %+v", e)
			}
			if !got.NextHeartbeatAt.IsZero() {
				t.Error("heartbeats go on")
			}
			entries, err := d.store.Audit(d.ctx, callbacks.AuditQuery{Callback: c.ID, Limit: 1})
			if err != nil || entries[0].Actor != bus || entries[0].Action != want.action || entries[0].Detail != want.detail {
				t.Errorf("audit has %+v, %v", entries, err)
			}
			if d.notices.count() != told+1 {
				t.Errorf("open pages were told %d times, want once", d.notices.count()-told)
			}
		})
	}
}

// What comes again, for an execution that ended already, changes nothing and tells nobody.
func TestExecutionEndedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.ended(c, callbacks.ExecutionStopped, 1)
	told, revision := d.notices.count(), d.get(c.ID).Revision
	d.clock.Advance(time.Minute)
	d.ended(c, callbacks.ExecutionFailed, 0)
	if got := d.get(c.ID); got.Revision != revision || got.Ending.Detail != "The execution was stopped." || d.notices.count() != told || len(d.actions(c.ID)) != 2 {
		t.Errorf("ending is %+v after %v", got.Ending, d.actions(c.ID))
	}
}

func TestExecutionEndedLeavesAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	other := d.announce(func(a *callbacks.Announcement) { a.CallbackID, a.ExecutionARN = "b3RoZXI=", a.ExecutionARN+"/other" })
	unknown := d.announce(func(a *callbacks.Announcement) { a.CallbackID, a.ExecutionARN = "bm9uZQ==", "" })
	decided := d.announce(func(a *callbacks.Announcement) { a.CallbackID = "ZGVjaWRlZA==" })
	d.mustDecide(mara, decided.ID, "approve", "")
	d.ended(c, callbacks.ExecutionFailed, 1)
	d.ended(unknown, callbacks.ExecutionFailed, 0)
	d.wantState(c.ID, callbacks.Closed)
	d.wantState(other.ID, callbacks.Pending)
	d.wantState(unknown.ID, callbacks.Pending)
	d.wantState(decided.ID, callbacks.Decided)
	d.deliver() // Lambda knows what became of it
	d.wantState(decided.ID, callbacks.Completed)
}

// However many callbacks an execution has, and however often the event comes at once, each is closed once.
func TestExecutionEndedOfMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const many = 201 // more than are read at a time
	var c callbacks.Callback
	for i := range many {
		c = d.announce(func(a *callbacks.Announcement) { a.CallbackID = fmt.Sprintf("%04d", i) })
	}
	var all sync.WaitGroup
	closed := make([]int, 4)
	for i := range closed {
		all.Go(func() {
			var err error
			if closed[i], err = d.service.ExecutionEnded(d.ctx, bus, c.ExecutionARN, callbacks.ExecutionStopped, d.clock.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if sum := closed[0] + closed[1] + closed[2] + closed[3]; sum != many {
		t.Errorf("closed %v together %d, want %d", closed, sum, many)
	}
}

// TestExecutionEnded_AfterADay: the history is not read any more by then, but the source's word counts, and has it read once more.
func TestExecutionEnded_AfterADay(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	for range 25 {
		d.read(time.Hour)
	}
	if d.due() >= 0 {
		t.Fatalf("after a day it is still read, in %v", d.due())
	}
	d.lambda.happen(chargeStarts, allFails)
	d.ended(d.get(id), callbacks.ExecutionFailed, 0)
	if c := d.get(id); !c.ExecutionFailed || d.attention(mara) != 1 || d.attention(ops) != 1 || d.attention(dana) != 0 {
		t.Errorf("failed %t; attention of who decided %d, of the admin %d, of a colleague %d", c.ExecutionFailed, d.attention(mara), d.attention(ops), d.attention(dana))
	}
	d.read(time.Second)
	if a := d.aftermath(id); a.Status != callbacks.AfterFailed || a.Event != 6 || a.Error.ErrorType != "ValidationError" || len(a.Steps) != 1 || d.due() >= 0 {
		t.Errorf("read once more it is %+v, due in %v", a, d.due())
	}
	if actions := d.actions(id); actions[len(actions)-1] != callbacks.ActionExecutionFailed || actions[len(actions)-2] == callbacks.ActionExecutionFailed {
		t.Errorf("the audit is %v, want one end", actions)
	}
}

// TestExecutionEnded_Unreadable: where no history may be read, what the source says is all there is, and it may say it twice.
func TestExecutionEnded_Unreadable(t *testing.T) {
	t.Parallel()
	for how, failed := range map[callbacks.ExecutionEnd]bool{
		callbacks.ExecutionSucceeded: false, callbacks.ExecutionFailed: true, callbacks.ExecutionTimedOut: true, callbacks.ExecutionStopped: true,
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.lambda.noHistory, d.lambda.noAfter = callbacks.AnswerDenied, callbacks.AnswerDenied
			c := d.announce(nil)
			d.mustDecide(mara, c.ID, "approve", "")
			d.deliver()
			d.read(10 * time.Second)
			for range 2 {
				d.ended(c, how, 0)
				d.read(time.Second)
			}
			got := d.wantState(c.ID, callbacks.Completed)
			if a := d.aftermath(c.ID); got.ExecutionFailed != failed || !a.Status.Ended() || a.EndedAt.IsZero() || d.due() >= 0 {
				t.Errorf("failed %t, %+v, due in %v", got.ExecutionFailed, a, d.due())
			}
			entries, err := d.store.Audit(d.ctx, callbacks.AuditQuery{Callback: c.ID, Limit: 2})
			if err != nil || entries[0].Actor != bus || entries[1].Action != callbacks.ActionDelivered {
				t.Errorf("the audit has %+v (%v), want one end, by the source", entries, err)
			}
		})
	}
}

// TestExecutionEnded_BeforeTheReceipt: the history that is read afterwards adds to it, and tells the end no second time. A rejection
// is meant to stop the function.
func TestExecutionEnded_BeforeTheReceipt(t *testing.T) {
	t.Parallel()
	for outcome, failed := range map[string]bool{"approve": true, "reject": false} {
		d := newDesk(t)
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, outcome, "as agreed")
		d.deliver()
		d.ended(c, callbacks.ExecutionFailed, 0)
		d.read(time.Second) // the receipt
		d.read(2 * time.Second)
		if a := d.aftermath(c.ID); a.Status != callbacks.AfterFailed || a.Event != 0 || d.due() < 0 {
			t.Errorf("%s: while the history lags: %+v, due in %v", outcome, a, d.due())
		}
		d.lambda.happen(chargeStarts, allFails)
		d.read(5 * time.Second)
		if a := d.aftermath(c.ID); a.Event != 6 || len(a.Steps) != 1 || d.due() >= 0 {
			t.Errorf("%s: %+v, due in %v", outcome, a, d.due())
		}
		want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionExecutionFailed, callbacks.ActionReceipt}
		if got := d.actions(c.ID); !slices.Equal(got, want) || d.get(c.ID).ExecutionFailed != failed {
			t.Errorf("%s: failed %t, audit %v", outcome, d.get(c.ID).ExecutionFailed, got)
		}
	}
}

// reporting is a Lambda whose source tells of the execution's end while its history is being read.
type reporting struct {
	*remote
	tell func()
}

func (r reporting) After(ctx context.Context, to callbacks.Target, event int) (callbacks.AfterPage, error) {
	r.tell()
	return r.remote.After(ctx, to, event)
}

// TestExecutionEnded_DuringAReading: a reading that began before keeps the end that it has not come to.
func TestExecutionEnded_DuringAReading(t *testing.T) {
	t.Parallel()
	d, id := proven(t, "approve")
	c := d.get(id)
	tell := func() { d.ended(c, callbacks.ExecutionFailed, 0) }
	d.deliveries = callbacks.NewDeliveries(d.workers(reporting{d.lambda, tell}, rate).delivery)
	d.lambda.happen(chargeStarts)
	d.read(2 * time.Second)
	if a := d.aftermath(id); a.Status != callbacks.AfterFailed || len(a.Steps) != 1 || !d.get(id).ExecutionFailed || d.due() < 0 {
		t.Errorf("%+v, failed %t, due in %v", a, d.get(id).ExecutionFailed, d.due())
	}
}
