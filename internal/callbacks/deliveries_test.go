package callbacks_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

func TestDelivery(t *testing.T) {
	t.Parallel()

	t.Run("Accepted", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		got := d.wantState(c.ID, callbacks.Completed)
		if got.Ending.By != callbacks.EndedByUs || len(d.lambda.sent()) != 1 || d.lambda.sent()[0].SHA256() != got.Decision.SHA256 {
			t.Errorf("ending %+v, sent %d times", got.Ending, len(d.lambda.sent()))
		}
		want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered}
		if actions := d.actions(c.ID); !slices.Equal(actions, want) {
			t.Errorf("audit is %v, want %v", actions, want)
		}
		d.deliver()
		if len(d.lambda.sent()) != 1 {
			t.Error("a delivered decision was sent again")
		}
	})

	t.Run("ThrottledThenAccepted", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults = []callbacks.Answer{callbacks.AnswerThrottled, callbacks.AnswerThrottled}
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		if got := d.wantState(c.ID, callbacks.Decided); got.Problem != callbacks.AnswerThrottled {
			t.Errorf("problem is %q, want throttled", got.Problem)
		}
		d.deliver()
		if n := len(d.lambda.sent()); n != 1 {
			t.Fatalf("sent %d times before the pause was over", n)
		}
		d.clock.Advance(500 * time.Millisecond)
		d.deliver()
		d.clock.Advance(time.Second)
		d.deliver()
		if got := d.wantState(c.ID, callbacks.Completed); got.Problem != "" {
			t.Errorf("problem %q stays after the end", got.Problem)
		}
		delivery, err := d.store.Delivery(d.ctx, c.ID)
		if err != nil || delivery.Tries != 3 || len(delivery.Attempts) != 3 || delivery.Attempts[2].Answer != callbacks.AnswerAccepted {
			t.Errorf("delivery is %+v (%v), want three attempts", delivery, err)
		}
	})

	t.Run("AnswerLost", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults = []callbacks.Answer{callbacks.AnswerNone}
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		d.wantState(c.ID, callbacks.Decided)
		d.clock.Advance(time.Second)
		d.deliver()
		got := d.wantState(c.ID, callbacks.Completed)
		if got.Ending.By != callbacks.EndedByUs {
			t.Errorf("ending is %+v, want ours after all", got.Ending)
		}
		for _, sent := range d.lambda.sent() {
			if sent.SHA256() != got.Decision.SHA256 {
				t.Error("another payload was sent")
			}
		}
	})

	t.Run("AnswerLostHistoryDeniedAtFirst", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults, d.lambda.noHistory = []callbacks.Answer{callbacks.AnswerNone}, callbacks.AnswerDenied
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.tryFor(callbacks.DeniedReadings*time.Minute, time.Minute) // one to lose the answer, all but one to be denied
		d.wantState(c.ID, callbacks.Decided)
		d.lambda.noHistory = "" // AWS knows of the change by now
		d.tryFor(2*time.Minute, 2*time.Minute)
		if got := d.wantState(c.ID, callbacks.Completed); got.Ending.By != callbacks.EndedByUs {
			t.Errorf("ending is %+v, want ours", got.Ending)
		}
	})

	t.Run("AnswerLostHistoryUnreadable", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults, d.lambda.noHistory = []callbacks.Answer{callbacks.AnswerNone}, callbacks.AnswerDenied
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.settle(c.ID)
		d.wantState(c.ID, callbacks.Unconfirmed)
		d.lambda.noHistory = "" // the operator granted the permission
		if _, err := d.service.RetryDelivery(d.ctx, ops, c.ID); err != nil {
			t.Fatal(err)
		}
		d.deliver()
		d.wantState(c.ID, callbacks.Completed)
	})

	t.Run("HistoryLags", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults, d.lambda.lag = []callbacks.Answer{callbacks.AnswerNone}, 2
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		for range 4 {
			d.deliver()
			d.clock.Advance(10 * time.Second)
		}
		d.wantState(c.ID, callbacks.Completed)
	})

	// An hour of throttled attempts says nothing of a history that nobody has read yet.
	t.Run("HistoryLagsAfterManyTries", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults = append(slices.Repeat([]callbacks.Answer{callbacks.AnswerThrottled}, 20), callbacks.AnswerNone)
		d.lambda.lag = 3
		c := d.announce(func(a *callbacks.Announcement) { a.Timeout = 24 * time.Hour })
		d.mustDecide(mara, c.ID, "approve", "")
		for range 24 {
			d.deliver()
			d.wantState(c.ID, callbacks.Decided)
			d.clock.Advance(5 * time.Minute)
		}
		d.deliver()
		d.wantState(c.ID, callbacks.Completed)
	})

	t.Run("LostToAnotherClient", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(nil)
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		if got := d.wantState(c.ID, callbacks.Lost); got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Failure {
			t.Errorf("ending is %+v", got.Ending)
		}
	})

	t.Run("LostToTheClock", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(nil)
		d.lambda.close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout})
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		if got := d.wantState(c.ID, callbacks.Lost); got.Ending.By != callbacks.EndedByClock || got.Ending.Cause != callbacks.CauseTimeout {
			t.Errorf("ending is %+v", got.Ending)
		}
	})

	t.Run("Invalid", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.lambda.faults = []callbacks.Answer{callbacks.AnswerInvalid}
		c := d.announce(nil)
		d.mustDecide(mara, c.ID, "approve", "")
		d.deliver()
		d.wantState(c.ID, callbacks.Undeliverable)
		if _, err := d.service.RetryDelivery(d.ctx, mara, c.ID); !errors.Is(err, callbacks.ErrForbidden) {
			t.Errorf("a reviewer's retry gives %v, want ErrForbidden", err)
		}
	})
}

// dying is a store whose process dies at one of its writes: before it (nothing is written) or after it (written, but the
// process never learns).
type dying struct {
	callbackstest.Store
	point string
}

var errDied = errors.New("the process died here")

func (s dying) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []callbacks.Lane) ([]callbacks.Work, error) {
	switch s.point {
	case "BeforeClaim":
		return nil, errDied
	case "AfterClaim":
		_, _ = s.Store.ClaimDeliveries(ctx, now, lease, limit, full)
		return nil, errDied
	}
	return s.Store.ClaimDeliveries(ctx, now, lease, limit, full)
}

func (s dying) FinishDelivery(ctx context.Context, owner string, a callbacks.Attempt, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	switch s.point {
	case "AfterCall":
		return callbacks.Callback{}, errDied
	case "AfterFinish":
		_, _ = s.Store.FinishDelivery(ctx, owner, a, id, fn)
		return callbacks.Callback{}, errDied
	}
	return s.Store.FinishDelivery(ctx, owner, a, id, fn)
}

// TestDeliveredOnceAfterACrash kills the process between any two writes of a delivery. After a restart the decision has
// been taken by Lambda exactly once, always with the same payload.
func TestDeliveredOnceAfterACrash(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"BeforeClaim", "AfterClaim", "AfterCall", "AfterFinish"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(nil)
			d.mustDecide(mara, c.ID, "reject", "The receipt is missing.")
			store := d.store

			d.restart(dying{Store: store, point: point})
			_ = d.deliveries.RunOnce(d.ctx) // dies

			d.restart(store)
			d.deliver()
			d.clock.Advance(callbacks.DeliveryLease + time.Second)
			d.deliver()

			got := d.wantState(c.ID, callbacks.Completed)
			if d.lambda.accepted == nil || d.lambda.accepted.SHA256() != got.Decision.SHA256 {
				t.Errorf("Lambda took %+v, want the decision", d.lambda.accepted)
			}
			for _, sent := range d.lambda.sent() {
				if sent.SHA256() != got.Decision.SHA256 {
					t.Error("another payload was sent")
				}
			}
		})
	}
}

func TestDecideAndCrashBeforeDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	d.restart(d.store) // the wake-up was in memory only
	d.deliver()
	d.wantState(c.ID, callbacks.Completed)
}
