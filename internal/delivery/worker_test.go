package delivery_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/history"
	"countersign/internal/replies"
)

func TestDelivery_Accepted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	got := d.WantState(c.ID, callbacks.Completed)
	if got.Ending.By != callbacks.EndedByUs || len(d.Lambda.Sent()) != 1 || d.Lambda.Sent()[0].SHA256() != got.Decision.SHA256 {
		t.Errorf("ending %+v, sent %d times", got.Ending, len(d.Lambda.Sent()))
	}
	want := []callbacks.Action{callbacks.ActionReceived, callbacks.ActionDecided, callbacks.ActionDelivered}
	if actions := d.Actions(c.ID); !slices.Equal(actions, want) {
		t.Errorf("audit is %v, want %v", actions, want)
	}
	d.Deliver()
	if len(d.Lambda.Sent()) != 1 {
		t.Error("a delivered decision was sent again")
	}
}

func TestDelivery_ThrottledThenAccepted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.Throttled, replies.Throttled}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Decided); got.Problem != replies.Throttled {
		t.Errorf("problem is %q, want throttled", got.Problem)
	}
	d.Deliver()
	if n := len(d.Lambda.Sent()); n != 1 {
		t.Fatalf("sent %d times before the pause was over", n)
	}
	d.Clock.Advance(500 * time.Millisecond)
	d.Deliver()
	d.Clock.Advance(time.Second)
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Completed); got.Problem != "" {
		t.Errorf("problem %q stays after the end", got.Problem)
	}
	delivery, err := d.Store.Delivery(d.Ctx, c.ID)
	if err != nil || delivery.Tries != 3 || len(delivery.Attempts) != 3 || delivery.Attempts[2].Reply != replies.Accepted {
		t.Errorf("delivery is %+v (%v), want three attempts", delivery, err)
	}
}

func TestDelivery_AnswerLost(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.None}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.WantState(c.ID, callbacks.Decided)
	d.Clock.Advance(time.Second)
	d.Deliver()
	got := d.WantState(c.ID, callbacks.Completed)
	if got.Ending.By != callbacks.EndedByUs {
		t.Errorf("ending is %+v, want ours after all", got.Ending)
	}
	for _, sent := range d.Lambda.Sent() {
		if sent.SHA256() != got.Decision.SHA256 {
			t.Error("another payload was sent")
		}
	}
}

func TestDelivery_AnswerLostHistoryDeniedAtFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults, d.Lambda.NoHistory = []replies.Reply{replies.None}, replies.Denied
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	// one to lose the answer, all but one to be denied
	d.tryFor(history.DeniedReadings*time.Minute, time.Minute)
	d.WantState(c.ID, callbacks.Decided)
	d.Lambda.NoHistory = "" // AWS knows of the change by now
	d.tryFor(2*time.Minute, 2*time.Minute)
	got := d.WantState(c.ID, callbacks.Completed)
	if got.Ending.By != callbacks.EndedByUs || !got.Ending.Proven {
		t.Errorf("ending is %+v, want ours, proven by the history", got.Ending)
	}
}

func TestDelivery_AnswerLostHistoryUnreadable(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults, d.Lambda.NoHistory = []replies.Reply{replies.None}, replies.Denied
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.settle(c.ID)
	d.WantState(c.ID, callbacks.Unconfirmed)
	d.Lambda.NoHistory = "" // the operator granted the permission
	if _, err := d.Service.RetryDelivery(d.Ctx, desktest.Ops, c.ID); err != nil {
		t.Fatal(err)
	}
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}

// TestDelivery_NextTryIsLogged: an operator who reads why Lambda did not take a decision also reads
// when the desk tries again.
func TestDelivery_NextTryIsLogged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var log strings.Builder
	settings := d.Workers(d.Lambda, desktest.Rate).Delivery
	settings.Log = slog.New(slog.NewTextHandler(&log, nil))
	d.Deliveries = delivery.NewWorker(settings)
	d.Lambda.Faults = []replies.Reply{replies.Denied}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	stored, err := d.Store.Delivery(d.Ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := `msg="the decision is tried again" callback=` + string(c.ID) + " try=1 answer=denied"
	if text := log.String(); !strings.Contains(text, want) || !strings.Contains(text, "next_try="+stored.DueAt.Format("2006-01-02T15:04:05.000Z07:00")) {
		t.Errorf("next try %s, log:\n%s", stored.DueAt, text)
	}
}

func TestDelivery_HistoryLags(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults, d.Lambda.Lag = []replies.Reply{replies.None}, 2
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	for range 4 {
		d.Deliver()
		d.Clock.Advance(10 * time.Second)
	}
	d.WantState(c.ID, callbacks.Completed)
}

// TestDelivery_HistoryLagsAfterManyTries: an hour of throttled attempts says nothing of a history
// that nobody has read yet.
func TestDelivery_HistoryLagsAfterManyTries(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = append(slices.Repeat([]replies.Reply{replies.Throttled}, 20), replies.None)
	d.Lambda.Lag = 3
	c := d.Announce(func(a *announcement.Announcement) { a.Timeout = 24 * time.Hour })
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	for range 24 {
		d.Deliver()
		d.WantState(c.ID, callbacks.Decided)
		d.Clock.Advance(5 * time.Minute)
	}
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}

func TestDelivery_LostToAnotherClient(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Failure}})
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Lost); got.Ending.By != callbacks.EndedByOther || got.Ending.Kind != callbacks.Failure {
		t.Errorf("ending is %+v", got.Ending)
	}
}

func TestDelivery_LostToTheClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout})
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Lost); got.Ending.By != callbacks.EndedByClock || got.Ending.Cause != callbacks.CauseTimeout {
		t.Errorf("ending is %+v", got.Ending)
	}
}

func TestDelivery_Invalid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.Invalid}
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.WantState(c.ID, callbacks.Undeliverable)
	if _, err := d.Service.RetryDelivery(d.Ctx, desktest.Mara, c.ID); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("a reviewer's retry gives %v, want ErrForbidden", err)
	}
}

// dying is a store whose process dies at one of its writes: before it (nothing is written) or after
// it (written, but the process never learns).
type dying struct {
	storetest.Store
	point string
}

var errDied = errors.New("the process died here")

func (s dying) ClaimDeliveries(ctx context.Context, now time.Time, lease callbacks.Lease, limit int, full []arn.Lane) ([]delivery.Work, error) {
	switch s.point {
	case "BeforeClaim":
		return nil, errDied
	case "AfterClaim":
		_, _ = s.Store.ClaimDeliveries(ctx, now, lease, limit, full)
		return nil, errDied
	}
	return s.Store.ClaimDeliveries(ctx, now, lease, limit, full)
}

func (s dying) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error) {
	switch s.point {
	case "AfterCall":
		return callbacks.Callback{}, errDied
	case "AfterFinish":
		_, _ = s.Store.Change(ctx, id, parts, change)
		return callbacks.Callback{}, errDied
	}
	return s.Store.Change(ctx, id, parts, change)
}

// TestDeliveredOnceAfterACrash kills the process between any two writes of a delivery. After a
// restart the decision has been taken by Lambda exactly once, always with the same payload.
func TestDeliveredOnceAfterACrash(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"BeforeClaim", "AfterClaim", "AfterCall", "AfterFinish"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(nil)
			d.MustDecide(desktest.Mara, c.ID, "reject", "The receipt is missing.")
			store := d.Store

			d.Restart(dying{Store: store, point: point})
			_ = d.Deliveries.RunOnce(d.Ctx) // dies

			d.Restart(store)
			d.Deliver()
			d.Clock.Advance(delivery.DeliveryLease + time.Second)
			d.Deliver()

			got := d.WantState(c.ID, callbacks.Completed)
			if d.Lambda.Accepted == nil || d.Lambda.Accepted.SHA256() != got.Decision.SHA256 {
				t.Errorf("Lambda took %+v, want the decision", d.Lambda.Accepted)
			}
			for _, sent := range d.Lambda.Sent() {
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
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Restart(d.Store) // the wake-up was in memory only
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}
