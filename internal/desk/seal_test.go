package desk_test

import (
	"context"
	"errors"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

// backwards is a sealer that anybody can open.
type backwards struct{}

func (backwards) Seal(_ context.Context, to callbacks.Target, result []byte) ([]byte, error) {
	if to.ExecutionARN == "" {
		return nil, errors.New("sealed for no execution")
	}
	sealed := make([]byte, len(result))
	for i, b := range result {
		sealed[len(result)-1-i] = b
	}
	return sealed, nil
}

// counted is such a sealer that counts what it seals.
type counted struct {
	backwards
	n *int
}

func (c counted) Seal(ctx context.Context, to callbacks.Target, result []byte) ([]byte, error) {
	*c.n++
	return c.backwards.Seal(ctx, to, result)
}

// sealing is a desk that seals for a function with the first of sealers, backwards without one.
func sealing(t *testing.T, sealers ...desk.Sealer) *testDesk {
	t.Helper()
	d := newDesk(t)
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Seals: map[string]desk.Sealer{"expense-approval": append(sealers, backwards{})[0]},
	})
	return d
}

func TestSeal(t *testing.T) {
	t.Parallel()
	t.Run("Success", func(t *testing.T) {
		t.Parallel()
		d := sealing(t)
		c := d.Announce(nil)
		shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "approve"})
		if err != nil || !shown.Sealed {
			t.Fatalf("sealed is %v (%v), want the page to say so", shown.Sealed, err)
		}
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		d.Deliver()
		sent := d.Lambda.Sent()[0]
		opened, _ := backwards{}.Seal(d.Ctx, c.Target(), sent.Result)
		if string(opened) != string(shown.Completion.Result) {
			t.Errorf("opened %s, want %s", opened, shown.Completion.Result)
		}
		if got := d.WantState(c.ID, callbacks.Completed); got.Decision.SHA256 != sent.SHA256() {
			t.Error("the record holds another hash than that of what was sent")
		}
	})
	t.Run("OnlyWhatIsSent", func(t *testing.T) {
		t.Parallel()
		n := 0
		d := sealing(t, counted{n: &n})
		c := d.Announce(nil)
		require(d, c.ID, asks(2))
		for want, p := range []callbacks.Person{desktest.Mara, desktest.Dana} {
			d.MustDecide(p, c.ID, "approve", "")
			if n != want {
				t.Errorf("sealed %d times after the signature of %s, want %d", n, p.Name, want)
			}
		}
		d.WantState(c.ID, callbacks.Decided)
	})
	t.Run("FailureStaysPlain", func(t *testing.T) {
		t.Parallel()
		d := sealing(t)
		c := d.Announce(nil)
		d.MustDecide(desktest.Mara, c.ID, "reject", "No receipt.")
		d.Deliver()
		if sent := d.Lambda.Sent()[0]; sent.Error.ErrorMessage != "No receipt." {
			t.Errorf("sent %+v", sent)
		}
	})
	t.Run("NameCannotTurnItOff", func(t *testing.T) {
		t.Parallel()
		d := sealing(t)
		c := d.Announce(func(a *announcement.Announcement) { a.Function = "another" })
		if shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, callbacks.Choice{Outcome: "approve"}); err != nil || !shown.Sealed {
			t.Errorf("sealed is %v (%v), want true: the ARN names the function", shown.Sealed, err)
		}
	})
	t.Run("ErrWithoutARN", func(t *testing.T) {
		t.Parallel()
		d := sealing(t)
		c := d.Announce(func(a *announcement.Announcement) { a.ExecutionARN, a.Function = "", "expense-approval" })
		_, err := d.Decide(desktest.Mara, c.ID, "approve", "")
		if faults := (callbacks.Invalid{}); !errors.As(err, &faults) {
			t.Errorf("got %v, want a fault: nothing can be bound to no execution", err)
		}
		d.WantState(c.ID, callbacks.Pending)
	})
}

// TestSeal_OnlyAsThePageSaid: a press sends what its page showed, whatever became of the key.
func TestSeal_OnlyAsThePageSaid(t *testing.T) {
	t.Parallel()
	for name, keyTaken := range map[string]bool{"KeyTakenAway": true, "KeyGiven": false} {
		d := sealing(t)
		before, after := d.Service, desk.NewService(desk.ServiceConfig{
			Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations,
			ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		})
		c := d.Announce(nil)
		if !keyTaken {
			before, after = after, before
		}
		choice := callbacks.Choice{Outcome: "approve", Sends: true}
		shown, err := before.Preview(d.Ctx, desktest.Mara, c.ID, choice)
		if err != nil {
			t.Fatal(err)
		}
		choice.PreparedAt = shown.PreparedAt
		if _, err := after.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen()); !errors.Is(err, callbacks.ErrStale) {
			t.Errorf("%s: got %v, want ErrStale", name, err)
		}
		d.WantState(c.ID, callbacks.Pending)
		if _, err := before.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := after.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen()); !errors.Is(err, desk.ErrSignedAlready) {
			t.Errorf("%s: the second press gives %v", name, err)
		}
	}
}
