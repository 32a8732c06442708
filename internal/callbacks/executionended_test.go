package callbacks_test

import (
	"fmt"
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
			d.clock.Move(30 * time.Minute)
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
	d.clock.Move(time.Minute)
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
