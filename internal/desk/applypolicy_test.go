package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// policySeen is what an admin's page says of the present policy.
func (d *testDesk) policySeen(id callbacks.ID) string {
	d.T.Helper()
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Ops, id)
	callbackstest.Must(d.T, err)
	if sheet.Policy == nil {
		return ""
	}
	return desk.PolicySeen(*sheet.Policy)
}

// TestApplyPolicy_Unseen: other rules than those that the admin read bind nothing.
func TestApplyPolicy_Unseen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(3))
	seen := desk.PolicySeen(asks(2))
	_, err := d.Service.ApplyPolicy(d.Ctx, desktest.Ops, c.ID, "Priya is away.", seen)
	if faults, invalid := errors.AsType[fault.List](err); !invalid || faults[0].Pointer != "policy" {
		t.Errorf("got %v, want a fault", err)
	}
	callbackstest.Same(t, "what binds it", d.Get(c.ID).Requirement, asks(3))
}

// TestApplyPolicy: an admin binds a callback to the present policy, on record. A signature that
// would be enough then is void: its person signs again, and sees what is sent.
func TestApplyPolicy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	present, before := d.Get(c.ID).Requirement, asks(2)
	require(d, c.ID, before)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Ops, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "the present policy", sheet.Policy, &present)
	for range 2 { // the second press changes nothing
		c, err = d.Service.ApplyPolicy(d.Ctx, desktest.Ops, c.ID, "Priya is away.", d.policySeen(c.ID))
		if err != nil || c.State != callbacks.Pending || !c.WaitingSince.IsZero() {
			t.Fatalf("got %+v, %v", c, err)
		}
		callbackstest.Same(t, "what binds it", c.Requirement, present)
	}
	want := []callbacks.Action{callbacks.ActionVoid, callbacks.ActionPolicyApplied, callbacks.ActionSigned, callbacks.ActionReceived}
	callbackstest.Same(t, "audit", storetest.AuditOf(t, d.Store, c.ID), want)
	applied := storetest.Audit(t, d.Store, desk.AuditQuery{Action: callbacks.ActionPolicyApplied})[0]
	if applied.Actor != desktest.Ops.Actor() || applied.Facts.Reason != "Priya is away." {
		t.Errorf("the audit has %+v", applied)
	}
	callbackstest.Same(t, "from and to", applied.Facts.Policy, &callbacks.Rebound{From: before, To: present})
	told, shown := sheetOf(d, t, desktest.Mara, c.ID)
	if told.Void == nil || told.Void.End.Why == "" || told.Policy != nil || !told.Why.Can() || !shown["approve"].Sends {
		t.Errorf("who signed is told %+v %+v", told.Void, told.Why)
	}
	for i, reader := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		page, err := d.Service.List(d.Ctx, reader, desk.Filter{Scope: desk.ScopeAvailable})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Signing.Void != (i == 0) || !page.Rows[0].Signing.May {
			t.Errorf("the list tells %s %+v, %v", reader.Name, page.Rows, err)
		}
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
}

func TestApplyPolicyRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	gone := d.Announce(named("Z29uZQ=="))
	storetest.Change(t, d.Store, gone.ID, func(c *callbacks.Case) error {
		c.Queue = "gone"
		return nil
	})
	decided := d.Announce(named("ZGVjaWRlZA=="))
	d.MustDecide(desktest.Mara, decided.ID, "approve", "")
	for name, tt := range map[string]struct {
		who    callbacks.Person
		id     callbacks.ID
		reason string
		want   error
	}{
		"ErrStranger": {desktest.Teo, c.ID, "Why not.", callbacks.ErrNotFound},
		"ErrReviewer": {desktest.Mara, c.ID, "Why not.", callbacks.ErrForbidden},
		"ErrNoReason": {desktest.Ops, c.ID, " ", errInvalid},
		"ErrNoQueue":  {desktest.Ops, gone.ID, "Why not.", callbacks.ErrForbidden},
	} {
		_, err := d.Service.ApplyPolicy(d.Ctx, tt.who, tt.id, tt.reason, "")
		if faults := (fault.List{}); errors.As(err, &faults) && faults[0].Pointer == "reason" {
			err = errInvalid
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	callbackstest.Same(t, "what binds it", d.Get(c.ID).Requirement, asks(2))
}

// find records a callback that nobody announced.
func find(d *testDesk) callbacks.Callback {
	d.T.Helper()
	return findWith(d, callbacks.Content{})
}

// findWith is find, with the input of the execution.
func findWith(d *testDesk, content callbacks.Content) callbacks.Callback {
	d.T.Helper()
	c := callbackstest.NewCallback()
	c.Source, c.Requester, c.ReceivedAt = callbacks.SourceDiscovery, callbacks.Requester{}, d.Clock.Now()
	c.Requirement = asks(2)
	entry := callbackstest.Entry(c, callbacks.ActionFound, c.ReceivedAt)
	receipt, err := d.Store.Receive(d.Ctx, callbacks.Message{}, c, content, callbacks.Unannounced, callbacks.Queues{}.Bind, entry)
	if err != nil {
		d.T.Fatal(err)
	}
	return receipt.Callback
}

// between is a store in which something happens before the next change.
type between struct {
	storetest.Store
	happens func()
}

func (b *between) Change(
	ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	if happens := b.happens; happens != nil {
		b.happens = nil
		happens()
	}
	return b.Store.Change(ctx, id, parts, change)
}

// TestApplyPolicy_Meanwhile: the present policy was chosen for the request that the admin saw. If
// its function announces it, or its terms change, before the change, nothing is applied.
func TestApplyPolicy_Meanwhile(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*testDesk, callbacks.Callback){
		"Announced": func(d *testDesk, c callbacks.Callback) {
			_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{
				CallbackID: string(c.CallbackID), Title: "Expense report EXP-2291", Queue: "finance",
				Requester: "Ines Calloway <ines@harborline.example>", ExecutionARN: c.ExecutionARN,
			})
			callbackstest.Must(d.T, err)
		},
		"BoundAnew": func(d *testDesk, c callbacks.Callback) { require(d, c.ID, asks(3)) },
		"Renamed": func(d *testDesk, c callbacks.Callback) {
			storetest.Change(d.T, d.Store, c.ID, func(c *callbacks.Case) error {
				c.Function = "refund"
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := find(d)
			store := &between{Store: d.Store}
			d.Restart(store)
			var terms callbacks.Requirement
			store.happens = func() { happens(d, c); terms = d.Get(c.ID).Requirement }
			if _, err := d.Service.ApplyPolicy(d.Ctx, desktest.Ops, c.ID, "Priya is away.", d.policySeen(c.ID)); !errors.Is(err, callbacks.ErrConflict) {
				t.Errorf("got %v, want a conflict", err)
			}
			callbackstest.Same(t, "what binds it", d.Get(c.ID).Requirement, terms)
			if slices.Contains(storetest.AuditOf(t, d.Store, c.ID), callbacks.ActionPolicyApplied) {
				t.Error("the audit says that it was applied")
			}
		})
	}
}

// TestAnnouncementVoids: what was signed before the request was announced was another request. Who
// signed is told, and the audit has it.
func TestAnnouncementVoids(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := find(d)
	rev := desktest.Reviewer("rev", "reviewers", "finance-approvers")
	d.MustDecide(rev, c.ID, "approve", "")
	d.Clock.Advance(time.Minute)
	_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{
		CallbackID: string(c.CallbackID), Title: "Expense report EXP-2291", Queue: "finance",
		Requester: "Ines Calloway <ines@harborline.example>", ExecutionARN: c.ExecutionARN,
	})
	if err != nil {
		t.Fatal(err)
	}
	sheet, shown := sheetOf(d, t, rev, c.ID)
	if v := sheet.Void; v == nil || sheet.Fate(v) != desk.FateVoid || v.End.Why == "" || !v.End.At.Equal(d.Clock.Now()) {
		t.Fatalf("who signed is told %+v", sheet.Void)
	}
	if got := d.Get(c.ID); !got.WaitingSince.IsZero() || got.SignatureCount != 1 || !shown["approve"].Why.Can() {
		t.Errorf("it waits since %v", got.WaitingSince)
	}
	want := []callbacks.Action{callbacks.ActionVoid, callbacks.ActionReceived, callbacks.ActionSigned, callbacks.ActionFound}
	callbackstest.Same(t, "audit", storetest.AuditOf(t, d.Store, c.ID), want)
}

// TestStatedRequesterVoids: nobody compared those who signed with the requester that an admin names
// afterwards.
func TestStatedRequesterVoids(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := find(d)
	r := asks(2)
	r.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
	require(d, c.ID, r)
	rev := desktest.Reviewer("rev", "reviewers")
	state := func(who string) {
		t.Helper()
		if _, err := d.Service.StateRequester(d.Ctx, desktest.Ops, c.ID, desk.Statement{Requester: who, Reason: "They said so."}); err != nil {
			t.Fatal(err)
		}
	}
	state("ines@harborline.example")
	d.MustDecide(rev, c.ID, "approve", "")
	state("rev@harborline.example")
	sheet, err := d.Service.Sheet(d.Ctx, rev, c.ID)
	if err != nil || sheet.Void == nil || sheet.Why.Can() {
		t.Errorf("who signed is told %+v, %v", sheet.Void, err)
	}
	if sheet.Standing.Leading().Has != 0 {
		t.Errorf("the signature of the requester counts: %+v", sheet.Standing)
	}
}
