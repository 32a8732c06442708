package delivery_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

// together is the life of a callback that two people sign, as one process has it. Whoever got no
// answer from an earlier process looks at the page, and presses if it does not show their signature.
func (d *testDesk) together() {
	d.T.Helper()
	receipt, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "msg_1", announcement.Announcement{
		CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Requester: "Ines Calloway <ines@harborline.example>",
		Queue: "large", Timeout: time.Hour,
		ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c",
	})
	if err != nil {
		return
	}
	for _, p := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		sheet, err := d.Service.Sheet(d.Ctx, p, receipt.Callback.ID)
		if err != nil {
			d.T.Fatal(err)
		}
		if !sheet.Why.Can() {
			continue
		}
		if _, err := d.Decide(p, receipt.Callback.ID, "approve", "Fine, says "+p.Name+"."); err != nil {
			return
		}
	}
	for range 5 { // the call, the receipt, what followed
		_ = d.Deliveries.RunOnce(d.Ctx)
		d.Clock.Advance(2 * time.Second)
	}
}

// wantTogether asserts the end of a life in which both signed once and nothing was sent before.
func (d *testDesk) wantTogether() {
	d.T.Helper()
	known, err := d.Store.Lookup(d.Ctx, "YWJj/+A=")
	if err != nil {
		d.T.Fatal(err)
	}
	c := d.WantState(known.ID, callbacks.Completed)
	signatures, err := d.Store.Signatures(d.Ctx, c.ID)
	if err != nil || len(signatures) != 2 || signatures[0].By != desktest.Mara.Actor() || c.Decision.By != desktest.Dana.Actor() {
		d.T.Errorf("signed by %+v, decided by %+v, %v", signatures, c.Decision, err)
	}
	made := slices.DeleteFunc(d.Actions(c.ID), func(a callbacks.Action) bool {
		return a != callbacks.ActionSigned && a != callbacks.ActionDecided
	})
	if !slices.Equal(made, []callbacks.Action{callbacks.ActionSigned, callbacks.ActionSigned, callbacks.ActionDecided}) {
		d.T.Errorf("audit has %v", made)
	}
	for _, sent := range d.Lambda.Sent() {
		if sent.SHA256() != c.Decision.SHA256 {
			d.T.Error("another payload was sent")
		}
	}
}

// TestDeathBetweenSignatures: a process dies before or after each write of a life in which two people
// sign. The next process has every signature that was recorded, and sends nothing before both.
func TestDeathBetweenSignatures(t *testing.T) {
	t.Parallel()
	// Claims that find nothing are among them.
	const writes = 11
	for left := range writes {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/%t", left, after), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.Lambda.Happen(chargeStarts, chargeSucceeds, allSucceeds)
				store, dying := d.Store, &mortal{Store: d.Store, left: left, after: after}
				d.Restart(dying)
				d.together()
				if dying.at == "" {
					t.Fatal("there is no such write")
				}
				t.Log("dies at", dying.at)
				d.Restart(store)
				d.Clock.Advance(delivery.DeliveryLease + time.Second)
				d.together()
				d.wantTogether()
			})
		}
	}
	d := newDesk(t)
	d.Lambda.Happen(chargeStarts, chargeSucceeds, allSucceeds)
	immortal := &mortal{Store: d.Store, left: writes}
	d.Restart(immortal)
	d.together()
	d.wantTogether()
	if left := immortal.left; left != 0 {
		t.Errorf("a life has %d writes, want %d: name the new ones here", writes-left, writes)
	}
}
