package desk_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// decided puts a decision on record, on a request that arrived at a time.
func (d *testDesk) decided(queue string, received time.Time, took time.Duration) {
	d.T.Helper()
	storetest.Put(d.T, d.Store, callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.ReceivedAt(received),
		callbackstest.DecidedBy("ada", received.Add(took)), callbackstest.Ended(callbacks.Completed, received.Add(took))))
}

// waits announces a request of a queue.
func (d *testDesk) waits(queue string, timeout time.Duration) callbacks.ID {
	d.T.Helper()
	return d.Announce(func(a *announcement.Announcement) {
		a.CallbackID, a.Queue, a.Timeout = string(callbackstest.NewCallbackID()), queue, timeout
	}).ID
}

// TestUsual: it takes twenty decisions to say what is usual, and nine of ten of them took no longer.
func TestUsual(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	yesterday := d.Clock.Now().Add(-24 * time.Hour)
	for i := range 19 {
		d.decided("finance", yesterday, time.Duration(i+1)*time.Minute)
	}
	if got, err := d.Service.Usual(d.Ctx, "finance"); got != 0 || err != nil {
		t.Errorf("after 19 decisions: %v, %v", got, err)
	}
	d.decided("finance", yesterday, time.Hour)
	d.Clock.Advance(time.Hour)
	if got, err := d.Service.Usual(d.Ctx, "finance"); got != 0 || err != nil {
		t.Errorf("at an hour at which nothing arrives: %v, %v", got, err)
	}
	d.Clock.Advance(23 * time.Hour)
	if got, err := d.Service.Usual(d.Ctx, "finance"); got != 18*time.Minute || err != nil {
		t.Errorf("after 20 decisions: %v, %v", got, err)
	}
	d.Clock.Advance(40 * 24 * time.Hour)
	if got, err := d.Service.Usual(d.Ctx, "finance"); got != 0 || err != nil {
		t.Errorf("after 40 days: %v, %v", got, err)
	}
}

// TestOrderByRisk: requests of a slow queue come first, although they end later; the rows, the page
// of a request and what is counted as at risk say the same.
func TestOrderByRisk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 20 {
		d.decided("finance", d.Clock.Now().Add(-24*time.Hour), 3*time.Hour)
		d.decided("legal", d.Clock.Now().Add(-24*time.Hour), time.Minute)
	}
	slow, fast := d.waits("finance", 2*time.Hour), d.waits("legal", 5*time.Minute)
	f := desk.Filter{Scope: desk.ScopeAvailable}
	page, err := d.Service.List(d.Ctx, desktest.Mara, f)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "order", storetest.IDsOf(page.Rows), []callbacks.ID{slow, fast})
	callbackstest.Same(t, "usual times", []time.Duration{page.Rows[0].Usual, page.Rows[1].Usual}, []time.Duration{3 * time.Hour, time.Minute})
	f.Order = desk.OrderDeadline
	page, err = d.Service.List(d.Ctx, desktest.Mara, f)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "order by end", storetest.IDsOf(page.Rows), []callbacks.ID{fast, slow})
	callbackstest.Same(t, "usual time there", page.Rows[1].Usual, 3*time.Hour)
	f.Ends.AtRisk = true
	n, err := d.Service.Count(d.Ctx, desktest.Mara, f, 10)
	if n != 1 || err != nil {
		t.Errorf("%d at risk, %v; want 1", n, err)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, slow)
	if sheet.Usual != 3*time.Hour || err != nil {
		t.Errorf("the page says %v, %v", sheet.Usual, err)
	}
}

// TestOrderByRisk_Pages: while somebody pages on, the next hour begins, in which another queue is the
// slow one. The pages go on in the order of the first: nothing is there twice, and nothing is missing.
func TestOrderByRisk_Pages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Clock.Advance(59 * time.Minute)
	for range 20 {
		d.decided("finance", d.Clock.Now().Add(-24*time.Hour), 3*time.Hour)
		d.decided("legal", d.Clock.Now().Add(-24*time.Hour+time.Hour), 3*time.Hour)
	}
	var want []callbacks.ID
	for i := range 4 {
		want = append(want, d.waits("finance", 10*time.Hour+time.Duration(i)*time.Minute))
	}
	for i := range 4 {
		want = append(want, d.waits("legal", 10*time.Hour+time.Duration(i)*time.Minute))
	}
	f := desk.Filter{Scope: desk.ScopeAvailable, Limit: 3}
	var got []callbacks.ID
	for range want {
		page, err := d.Service.List(d.Ctx, desktest.Mara, f)
		callbackstest.Must(t, err)
		got = append(got, storetest.IDsOf(page.Rows)...)
		if f.After = page.Next; f.After == nil {
			break
		}
		d.Clock.Advance(time.Minute)
	}
	callbackstest.Same(t, "rows", fmt.Sprint(got), fmt.Sprint(want))
	page, err := d.Service.List(d.Ctx, desktest.Mara, desk.Filter{Scope: desk.ScopeAvailable})
	callbackstest.Must(t, err)
	callbackstest.Same(t, "first row an hour later", page.Rows[0].ID, want[4])
}
