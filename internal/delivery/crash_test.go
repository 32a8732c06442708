package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// mortal is a store whose process dies at one of its writes: before it, or after it without having
// learned so. Nothing is written from then on.
type mortal struct {
	storetest.Store
	left  int // writes before that one
	after bool
	at    string // which write it was, once it has come
}

func (m *mortal) write(name string, do func() error) error {
	if m.at != "" {
		return errDied
	}
	if m.left--; m.left >= 0 {
		return do()
	}
	m.at = name
	if m.after {
		_ = do() // written, and nobody hears of it
	}
	return errDied
}

func (m *mortal) Receive(ctx context.Context, message callbacks.Message, c callbacks.Callback, content callbacks.Content, fingerprint string, bind callbacks.Binding, entry callbacks.AuditEntry) (r callbacks.Acknowledgment, err error) {
	return r, m.write("Receive", func() error {
		r, err = m.Store.Receive(ctx, message, c, content, fingerprint, bind, entry)
		return err
	})
}

func (m *mortal) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (c callbacks.Callback, err error) {
	return c, m.write("Change", func() error {
		c, err = m.Store.Change(ctx, id, parts, change)
		return err
	})
}

func (m *mortal) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []arn.Lane) (work []delivery.Work, err error) {
	return work, m.write("ClaimDeliveries", func() error {
		work, err = m.Store.ClaimDeliveries(ctx, now, lease, limit, full)
		return err
	})
}

func (m *mortal) ClaimHeartbeats(ctx context.Context, now time.Time, limit int) (all []callbacks.Callback, err error) {
	return all, m.write("ClaimHeartbeats", func() error {
		all, err = m.Store.ClaimHeartbeats(ctx, now, limit)
		return err
	})
}

// whole is a callback's life as one process has it, from the announcement to what followed the
// decision. Whoever got no answer from an earlier process asks again.
func (d *testDesk) whole() {
	d.T.Helper()
	receipt, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "msg_1", announcement.Announcement{
		CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance",
		Timeout: time.Hour, HeartbeatTimeout: 10 * time.Minute,
		KeepAlive: callbacks.KeepAliveQueued, ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c",
	})
	if err != nil {
		return
	}
	_ = d.Heartbeats.RunOnce(d.Ctx)
	if d.Get(receipt.Callback.ID).State == callbacks.Pending {
		if _, err := d.Decide(desktest.Mara, receipt.Callback.ID, "approve", "Fine."); err != nil {
			return
		}
	}
	for range 5 { // the call, the receipt, what followed
		_ = d.Deliveries.RunOnce(d.Ctx)
		d.Clock.Advance(2 * time.Second)
	}
}

// TestDeathAtEveryWrite: a process dies before or after each write that a callback's life has, one
// life for each. The next process brings every one of them to the same end.
func TestDeathAtEveryWrite(t *testing.T) {
	t.Parallel()
	// Claims that find nothing are among them.
	const writes = 12
	for left := range writes {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/%t", left, after), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.Lambda.Happen(chargeStarts, chargeSucceeds, allSucceeds)
				store, dying := d.Store, &mortal{Store: d.Store, left: left, after: after}
				d.Restart(dying)
				d.whole()
				if dying.at == "" {
					t.Fatal("there is no such write")
				}
				t.Log("dies at", dying.at)

				d.Restart(store)
				d.Clock.Advance(delivery.DeliveryLease + time.Second)
				d.whole()
				d.wantWhole()
			})
		}
	}
	d := newDesk(t)
	d.Lambda.Happen(chargeStarts, chargeSucceeds, allSucceeds)
	immortal := &mortal{Store: d.Store, left: writes}
	d.Restart(immortal)
	d.whole()
	d.wantWhole()
	if left := immortal.left; left != 0 {
		t.Errorf("a life has %d writes, want %d: name the new ones here", writes-left, writes)
	}
}

// wantWhole asserts the end of a life in which nothing was lost and nothing happened twice.
func (d *testDesk) wantWhole() {
	d.T.Helper()
	known, err := d.Store.Lookup(d.Ctx, "YWJj/+A=")
	if err != nil {
		d.T.Fatal(err)
	}
	c := d.WantState(known.ID, callbacks.Completed)
	want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered, callbacks.ActionExecutionSucceeded}
	actions := slices.DeleteFunc(d.Actions(c.ID), func(a callbacks.Action) bool {
		// where an answer was lost, delivery has the receipt
		return a == callbacks.ActionHeartbeat || a == callbacks.ActionReceipt
	})
	if !slices.Equal(actions, want) || c.Ending.Event != 4 {
		d.T.Errorf("audit is %v, want %v; the receipt is event %d", actions, want, c.Ending.Event)
	}
	for _, sent := range d.Lambda.Sent() {
		if sent.SHA256() != c.Decision.SHA256 {
			d.T.Error("another payload was sent")
		}
	}
	if d.Lambda.Accepted == nil || d.Lambda.Accepted.SHA256() != c.Decision.SHA256 || d.due() >= 0 {
		d.T.Errorf("Lambda took %+v, due again in %v", d.Lambda.Accepted, d.due())
	}
}
