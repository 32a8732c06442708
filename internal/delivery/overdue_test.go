package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

// These deliveries go on behind the deadline, as after an outage of the desk or of AWS. Our clock
// ends none of them unasked.
const outage = time.Hour + 30*time.Minute // the callback's timeout is an hour

// tryFor lets time pass and delivers, in steps.
func (d *testDesk) tryFor(all, step time.Duration) {
	d.T.Helper()
	for range int(all / step) {
		d.Clock.Advance(step)
		d.Deliver()
	}
}

// askedInVain has the history asked so often already what became of a delivery that is due.
func (d *testDesk) askedInVain(id callbacks.ID, times int) {
	d.T.Helper()
	now := d.Clock.Now()
	work, err := d.Store.ClaimDeliveries(d.Ctx, now, callbacks.Lease{Owner: "before", Until: now.Add(time.Minute)}, 1, nil)
	if err != nil || len(work) != 1 || work[0].Callback.ID != id {
		d.T.Fatalf("claimed %v, %v", work, err)
	}
	attempt := callbacks.Attempt{Number: work[0].Delivery.Tries, StartedAt: now, EndedAt: now, Reply: replies.Unsent}
	_, err = d.Store.Change(d.Ctx, id, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		c.Delivery.Ended(attempt)
		c.Delivery.Readings, c.Delivery.DueAt = times, now
		return c.Delivery.Release("before", attempt.Number)
	})
	if err != nil {
		d.T.Fatal(err)
	}
}

// TestOverdue_HistoryTells: after a lost answer the history settles it, whatever Lambda answers
// then, and without a doubt too.
func TestOverdue_HistoryTells(t *testing.T) {
	t.Parallel()
	for _, reply := range []replies.Reply{
		replies.Throttled, replies.Denied, replies.Unsent, replies.Fault, replies.KMS, replies.None,
	} {
		t.Run(string(reply), func(t *testing.T) {
			t.Parallel()
			for name, tt := range map[string]struct {
				first replies.Reply
				end   *callbacks.Closing
				want  callbacks.State
			}{
				"Arrived": {replies.None, nil, callbacks.Completed},
				"Lost": {replies.Throttled, &callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4},
					callbacks.Lost},
			} {
				d := newDesk(t)
				d.Lambda.Faults = []replies.Reply{tt.first, reply}
				c := d.Announce(nil)
				d.MustDecide(desktest.Mara, c.ID, "approve", "")
				d.Deliver()
				if tt.end != nil {
					d.Lambda.Close(*tt.end)
				}
				d.Clock.Advance(outage)
				d.Deliver()
				if got := d.WantState(c.ID, tt.want); got.Ending.Event != 4 || d.Lambda.Asked != 1 {
					t.Errorf("%s: ending %+v after %d readings, want event 4 after one", name, got.Ending, d.Lambda.Asked)
				}
			}
		})
	}
}

// TestOverdue_StillOpen: the announced clock was too short. While the history has it open, the
// decision goes on its way.
func TestOverdue_StillOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = slices.Repeat([]replies.Reply{replies.Throttled}, 9)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Clock.Advance(outage)
	d.askedInVain(c.ID, history.MaxReadings-1)
	d.Deliver()
	d.tryFor(3*6*time.Minute, 6*time.Minute)
	d.Lambda.NoHistory = replies.Throttled
	d.tryFor(3*6*time.Minute, 6*time.Minute)
	d.WantState(c.ID, callbacks.Decided)
	d.tryFor(3*6*time.Minute, 6*time.Minute)
	d.WantState(c.ID, callbacks.Completed)
}

// silent is Lambda with many callbacks, each of them closed by what it was sent first, all answers
// to which are lost.
type silent struct {
	*desktest.Remote
	lock *sync.Mutex
	all  map[callbacks.CallbackID]*desktest.Remote
}

func (m silent) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.all[to.CallbackID] == nil {
		m.all[to.CallbackID] = &desktest.Remote{Now: m.Now, Faults: []replies.Reply{replies.None}}
	}
	return m.all[to.CallbackID].Complete(ctx, to, c)
}

func (m silent) Page(ctx context.Context, q history.Query) (history.Page, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.all[q.Target.CallbackID].Page(ctx, q)
}

// TestOverdue_WaitsForTheBudget: many decisions had arrived before an outage. However few histories
// may be read at once, each settles its own.
func TestOverdue_WaitsForTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Deliveries = delivery.NewWorker(d.Workers(silent{d.Lambda, &sync.Mutex{}, map[callbacks.CallbackID]*desktest.Remote{}}, 5).Delivery)
	var ids []callbacks.ID
	for i := range 30 {
		c := d.Announce(func(a *announcement.Announcement) { a.CallbackID = fmt.Sprintf("%04d", i) })
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		ids = append(ids, c.ID)
	}
	d.Deliver()
	d.Clock.Advance(outage)
	d.Deliver()
	d.tryFor(time.Minute, 2*time.Second)
	for _, id := range ids {
		d.WantState(id, callbacks.Completed)
	}
}

// TestOverdue_NoHistory: where none can be read, a day of Lambda's silence ends the delivery, says
// that this is by our clock, and leaves it to an operator.
func TestOverdue_NoHistory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.NoHistory = replies.Denied
	d.Lambda.Faults = slices.Repeat([]replies.Reply{replies.Denied}, 9)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Clock.Advance(outage)
	d.askedInVain(c.ID, history.MaxReadings-3)
	d.Deliver()
	d.tryFor(6*time.Minute, 6*time.Minute)
	d.WantState(c.ID, callbacks.Decided)
	d.tryFor(6*time.Minute, 6*time.Minute)
	got := d.WantState(c.ID, callbacks.Undeliverable)
	if want := "By our clock the callback's timeout ran out; its history could not be read."; words.Ending(got.Ending, got.Decision) != want {
		t.Errorf("it says %q, want %q", words.Ending(got.Ending, got.Decision), want)
	}
	d.Lambda.Faults = nil // the operator granted the permission
	if _, err := d.Service.RetryDelivery(d.Ctx, desktest.Ops, c.ID); err != nil {
		t.Fatal(err)
	}
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}

// TestOverdue_HeartbeatClock: a lower bound asks nobody and ends nothing.
func TestOverdue_HeartbeatClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = slices.Repeat([]replies.Reply{replies.Throttled}, 12)
	c := d.Announce(func(a *announcement.Announcement) { a.Timeout, a.HeartbeatTimeout = 24*time.Hour, time.Minute })
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.tryFor(12*6*time.Minute, 6*time.Minute)
	if d.WantState(c.ID, callbacks.Completed); d.Lambda.Asked > 1 { // for the receipt
		t.Errorf("asked %d times", d.Lambda.Asked)
	}
}

// TestNobodyKnowsByWhom: Lambda's "closed" and our clock together prove no timeout.
func TestNobodyKnowsByWhom(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.NoHistory = replies.Denied
	c := d.Announce(nil)
	d.Clock.Advance(59 * time.Minute)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
	d.Clock.Advance(2 * time.Minute)
	got := d.settle(c.ID)
	if got.State != callbacks.Lost || got.Ending.By != callbacks.EndedByUnknown || got.Ending.Cause != callbacks.NoDeadline || !strings.Contains(words.Ending(got.Ending, got.Decision), "By whom is not known") {
		t.Errorf("ending is %+v", got.Ending)
	}
}
