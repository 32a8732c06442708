package upkeep_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/upkeep"
)

// escalating is a desk whose queue finance escalates to finance-leads at half of the time.
func escalating(t *testing.T) (*desktest.Desk, *upkeep.Escalations) {
	t.Helper()
	d := desktest.New(t)
	terms := callbacks.Terms{
		Signatures: []callbacks.Threshold{{From: []string{"finance-approvers"}, For: 2}},
		Escalate:   &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}},
	}
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Invalidator: d.Invalidations, Now: d.Clock.Now, ReviewLimits: callbacks.DefaultReviewLimits,
		Queues: callbacks.Queues{"finance": {
			Name: "finance", Groups: []string{"finance-approvers"},
			Rules: []callbacks.Rule{{Name: "large expenses", Terms: terms}},
		}},
	})
	return d, upkeep.NewEscalations(d.Workers(d.Lambda, desktest.Rate).Upkeep)
}

// TestEscalations: from half of the time on, members of the groups see the request in their lists,
// and fill any place. Until then it does not exist for them. The moment is on record, once.
func TestEscalations(t *testing.T) {
	t.Parallel()
	d, worker := escalating(t)
	lena := desktest.Reviewer("lena", "finance-leads")
	c := d.Announce(nil)
	lists := func(when string, want int) {
		t.Helper()
		callbackstest.Must(t, worker.RunOnce(d.Ctx))
		for _, f := range []desk.Filter{
			{Scope: desk.ScopeAvailable}, {Scope: desk.ScopeAvailable, Order: desk.OrderNewest},
			{Scope: desk.ScopeAvailable, Queue: "finance"}, {Scope: desk.ScopeAvailable, Search: "expense"},
		} {
			page, err := d.Service.List(d.Ctx, lena, f)
			n, countErr := d.Service.Count(d.Ctx, lena, f, 10)
			if err != nil || countErr != nil || len(page.Rows) != want || n != want {
				t.Errorf("%s, %+v: %d rows, counted %d, %v %v; want %d", when, f, len(page.Rows), n, err, countErr, want)
			}
		}
	}
	d.Clock.Advance(30*time.Minute - time.Second)
	lists("before", 0)
	if _, err := d.Service.Sheet(d.Ctx, lena, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the page before: %v", err)
	}
	d.Clock.Advance(time.Second)
	told := d.Invalidations.Count()
	lists("at half of the time", 1)
	if d.Invalidations.Count() != told+1 {
		t.Error("open pages were not told")
	}
	callbackstest.Must(t, worker.RunOnce(d.Ctx)) // it is on record once
	other := desk.Filter{Scope: desk.ScopeAvailable, Queue: "legal"}
	if n, err := d.Service.Count(d.Ctx, lena, other, 10); n != 0 || err != nil {
		t.Errorf("in another queue: %d, %v", n, err)
	}
	both := desktest.Reviewer("both", "finance-leads", "finance-approvers")
	if page, err := d.Service.List(d.Ctx, both, desk.Filter{Scope: desk.ScopeAvailable}); err != nil || len(page.Rows) != 1 {
		t.Errorf("who sees it twice over has %d rows, %v", len(page.Rows), err)
	}
	entries := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionEscalated})
	if len(entries) != 1 || len(entries[0].Facts.Groups) != 1 || entries[0].Facts.Groups[0] != "finance-leads" || !entries[0].At.Equal(d.Clock.Now()) {
		t.Errorf("on record: %+v", entries)
	}
	d.MustDecide(lena, c.ID, "approve", "")
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
	lists("after the decision", 0)
	mine, err := d.Service.List(d.Ctx, lena, desk.Filter{Scope: desk.ScopeMine})
	if err != nil || len(mine.Rows) != 0 { // Mara decided it
		t.Errorf("hers: %+v, %v", mine.Rows, err)
	}
	if _, err := d.Service.Sheet(d.Ctx, lena, c.ID); err != nil {
		t.Errorf("the page afterwards: %v", err)
	}
}

// TestEscalationsOfAnEarlierFile: a request that an earlier version of the rules escalated stays in the
// lists of those people, although no rule in force names their groups, and their pages hear of it.
func TestEscalationsOfAnEarlierFile(t *testing.T) {
	t.Parallel()
	d, worker := escalating(t)
	c := d.Announce(nil)
	d.Clock.Advance(30 * time.Minute)
	callbackstest.Must(t, worker.RunOnce(d.Ctx))
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Invalidator: d.Invalidations, Now: d.Clock.Now, ReviewLimits: callbacks.DefaultReviewLimits,
		Queues: callbacks.Queues{"finance": {Name: "finance", Groups: []string{"finance-approvers"}}},
	})
	for _, tt := range []struct {
		who  callbacks.Person
		want bool
	}{{desktest.Reviewer("lena", "finance-leads"), true}, {desktest.Reviewer("otto", "leads"), false}} {
		page, err := d.Service.List(d.Ctx, tt.who, desk.Filter{Scope: desk.ScopeAvailable})
		if err != nil || (len(page.Rows) == 1) != tt.want {
			t.Errorf("%s has %d rows, %v", tt.who.Name, len(page.Rows), err)
		}
		escalated := d.Get(c.ID)
		if hears := d.Service.Hears(callbacks.Signer{Person: tt.who})(escalated.Invalidation()); hears != tt.want {
			t.Errorf("%s hears of it: %t", tt.who.Name, hears)
		}
	}
}

// TestEscalationsTooLate: what ended before it escalated stays hidden.
func TestEscalationsTooLate(t *testing.T) {
	t.Parallel()
	d, worker := escalating(t)
	c := d.Announce(nil)
	storetest.Change(t, d.Store, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Closed, d.Clock.Now())(&c.Callback)
		return nil
	})
	d.Clock.Advance(45 * time.Minute)
	callbackstest.Must(t, worker.RunOnce(d.Ctx))
	lena := desktest.Reviewer("lena", "finance-leads")
	if _, err := d.Service.Sheet(d.Ctx, lena, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if n := len(storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionEscalated})); n != 0 {
		t.Errorf("%d on record", n)
	}
}
