package delivery_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// meanwhile is a store whose transactions run again because something changed: between, after the
// first run of the first one.
type meanwhile struct {
	storetest.Store
	between func()
}

func (s *meanwhile) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error) {
	if between := s.between; between != nil {
		s.between = nil
		c, err := s.Store.Get(ctx, id)
		if err != nil {
			return c, err
		}
		if err := change(&callbacks.Case{Callback: c}); err != nil {
			return c, err
		}
		between()
	}
	return s.Store.Change(ctx, id, parts, change)
}

// meanwhile changes a callback behind the desk's back.
func (d *testDesk) meanwhile(id callbacks.ID, change func(*callbacks.Case)) func() {
	store := d.Store
	return func() {
		_, err := store.Change(d.Ctx, id, callbacks.Parts{}, func(c *callbacks.Case) error {
			change(c)
			return nil
		})
		if err != nil {
			d.T.Error(err)
		}
	}
}

// moved gives a callback another region, which no page names by itself.
func moved(c *callbacks.Case) { c.Region = "us-east-1" }

// corrected gives a callback the execution of another region, as discovery does.
func corrected(c *callbacks.Case) {
	moved(c)
	c.ExecutionARN = "arn:aws:lambda:us-east-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c"
}

// TestOnlyTheLastRunIsHandedOver: a decision whose transaction ran again, and went to another lane
// then, is delivered as it was recorded, and not as the first run would have had it.
func TestOnlyTheLastRunIsHandedOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.Restart(&meanwhile{Store: d.Store, between: d.meanwhile(c.ID, moved)})
	end := d.Deliveries.Open(d.Ctx)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	end()
	if n := len(d.Lambda.Sent()); n != 0 {
		t.Errorf("sent %d times by a lease that is not on record", n)
	}
	delivery, err := d.Store.Delivery(d.Ctx, c.ID)
	if err != nil || delivery.Tries != 0 || delivery.Lane.Region != "us-east-1" {
		t.Errorf("recorded is %+v (%v), want it due in the other region", delivery, err)
	}
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
	if n := len(d.Lambda.Sent()); n != 1 {
		t.Errorf("sent %d times, want once", n)
	}
}

// TestHandover: what is handed over is what is on record.
func TestHandover(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	end := d.Deliveries.Open(d.Ctx)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	end()
	if got := d.WantState(c.ID, callbacks.Completed); len(d.Lambda.Sent()) != 1 || d.Lambda.Sent()[0].SHA256() != got.Decision.SHA256 {
		t.Errorf("sent %+v, decided %+v", d.Lambda.Sent(), got.Decision)
	}
}

// nonces is an encoder that never makes the same of a result twice.
type nonces struct{ drawn atomic.Int64 }

func (*nonces) Says() string { return "encrypted" }

func (n *nonces) Encode(_ context.Context, _ callbacks.Target, _ callbacks.Person, result callbacks.Completion) ([]byte, error) {
	return append([]byte{'0' + byte(n.drawn.Add(1))}, result.Result...), nil
}

// sealing is a desk whose results are encrypted, on a store.
func (d *testDesk) sealing(store storetest.Store) *nonces {
	d.Restart(store)
	seals := &nonces{}
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Codecs: map[string]desk.Codec{"expense-approval": {Encoder: seals}}, Deliveries: d.Deliveries,
	})
	return seals
}

// TestSealedOnce: a result is encrypted before its transaction, once, however often that runs.
func TestSealedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	seals := d.sealing(d.Store)
	end := d.Deliveries.Open(d.Ctx)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	end()
	got := d.WantState(c.ID, callbacks.Completed)
	if n := seals.drawn.Load(); n != 1 {
		t.Errorf("%d nonces were drawn", n)
	}
	if sent := d.Lambda.Sent(); len(sent) != 1 || sent[0].SHA256() != got.Decision.SHA256 {
		t.Errorf("sent %+v, decided %s", sent, got.Decision.SHA256)
	}
}

// TestSealedForAnother: what was encrypted for one execution is not sent to another, to which the
// callback was found to belong meanwhile. The reviewer looks again, and nothing is recorded.
func TestSealedForAnother(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.sealing(&meanwhile{Store: d.Store, between: d.meanwhile(c.ID, corrected)})
	if _, err := d.Decide(desktest.Mara, c.ID, "approve", ""); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("got %v, want %v", err, callbacks.ErrStale)
	}
	d.WantState(c.ID, callbacks.Pending)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
}

// TestSealedForNobody: nothing is encrypted for a decision that cannot be made anyway.
func TestSealedForNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	seals := d.sealing(d.Store)
	choice := callbacks.Choice{Outcome: "approve", Sends: true, PreparedAt: d.Clock.Now()}
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	for name, decide := range map[string]func() error{
		"Stranger":   func() error { _, err := d.Service.Sign(d.Ctx, desktest.Teo, c.ID, choice, shown.Seen); return err },
		"OtherBytes": func() error { _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, "another"); return err },
	} {
		if err := decide(); err == nil {
			t.Errorf("%s decided", name)
		}
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if err := func() error { _, err := d.Service.Sign(d.Ctx, desktest.Dana, c.ID, choice, shown.Seen); return err }(); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("a second decision gives %v", err)
	}
	if n := seals.drawn.Load(); n != 1 {
		t.Errorf("%d nonces were drawn, want the one of the decision", n)
	}
}

// TestReviewGoesOnFromTheLastRun: a review that is opened again goes on with what is stored when it
// is recorded.
func TestReviewGoesOnFromTheLastRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	now := d.Clock.Now()
	status, err := d.Service.OpenReview(d.Ctx, desktest.Mara, c.ID, callbacks.SignOfLife{})
	if err != nil {
		t.Fatal(err)
	}
	if !status.Review.OpenedAt.Equal(now) || !status.Review.LastInputAt.Equal(now) {
		t.Errorf("a first review began at %v", status.Review.OpenedAt)
	}
	reviews, err := d.Store.Reviews(d.Ctx, c.ID)
	if err != nil || !slices.Equal(reviews, []callbacks.Review{status.Review}) {
		t.Errorf("stored is %+v (%v), told was %+v", reviews, err, status.Review)
	}
}

// TestPreviewsForNobody: who may not decide is shown no bytes either.
func TestPreviewsForNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	if _, err := d.Service.Preview(d.Ctx, desktest.Ops, c.ID, callbacks.Choice{Outcome: "approve"}); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("a preview gives %v", err)
	}
	if _, err := d.Service.PreviewAll(d.Ctx, desktest.Ops, c.ID, callbacks.Choice{}, ""); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("all previews give %v", err)
	}
}
