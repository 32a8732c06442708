package callbacks_test

import (
	"context"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desktest"
)

// signings is a store that notes which signatures are written.
type signings struct {
	callbackstest.Store
	last *callbacks.Signature
}

func (s *signings) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error) {
	return s.Store.Change(ctx, id, parts, func(c *callbacks.Case) error {
		err := change(c)
		s.last = c.Signature
		return err
	})
}

// TestDecisionIsSigned: who decides on the page signs for what they decide.
func TestDecisionIsSigned(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	store := &signings{Store: d.Store}
	d.Restart(store)
	d.MustDecide(desktest.Mara, c.ID, "reject", "Too dear.")
	want := callbacks.Signature{
		By: desktest.Mara.Actor(), Via: callbacks.ViaWeb, Outcome: "reject", Stance: callbacks.Against, Comment: "Too dear.", At: d.Clock.Now(),
	}
	if store.last == nil || *store.last != want {
		t.Errorf("got %+v, want %+v", store.last, want)
	}
	if got := d.Get(c.ID).Requirement; got != callbacks.OneSignature {
		t.Errorf("it needed %+v", got)
	}
}
