package delegation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// TestFourEyes: nobody gets around the second person by a delegation, in either direction.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		from, to callbacks.Person
		code     callbacks.ReasonCode
	}{
		"TheDelegateOfTheRequester": {desktest.Mara, desktest.Dana, callbacks.CodeActsForRequester},
		"TheRequesterAsDelegate":    {desktest.Dana, desktest.Mara, callbacks.CodeRequester},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
			made := delegate(t, d, tt.from, tt.to)
			_, err := d.Decide(tt.to, c.ID, "approve", "")
			if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != tt.code {
				t.Errorf("got %v, want %s", err, tt.code)
			}
			d.WantState(c.ID, callbacks.Pending)
			d.Clock.Advance(time.Second)
			_, err = d.Delegations.End(d.Ctx, tt.to, made.ID)
			callbackstest.Must(t, err)
			d.Clock.Advance(time.Second)
			_, err = d.Decide(tt.to, c.ID, "approve", "") // having ended it is no way around
			if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != tt.code {
				t.Errorf("after its end: got %v, want %s", err, tt.code)
			}
			if tt.to.ID == desktest.Dana.ID { // of what arrives afterwards she is alone
				later := d.Announce(func(a *announcement.Announcement) {
					a.CallbackID, a.Requester = "bGF0ZXI=", "Mara Okafor <mara@harborline.example>"
				})
				d.MustDecide(desktest.Dana, later.ID, "approve", "")
			}
		})
	}
}

// meanwhile is a store in which something happens before each change.
type meanwhile struct {
	storetest.Store
	happens func()
}

func (m *meanwhile) Change(
	ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	m.happens()
	return m.Store.Change(ctx, id, parts, change)
}

// TestEndsBeforeTheTransaction: a delegation that ends after a press was read, and before it is
// recorded, gives no right any more.
func TestEndsBeforeTheTransaction(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Gro Halvorsen <gro@harborline.example>" })
	made := delegate(t, d, desktest.Mara, ines)
	store, ends := d.Store, false
	between := &meanwhile{store, func() {
		if !ends {
			return
		}
		ends = false
		_, err := store.EndDelegation(d.Ctx, made.ID, func(e *delegation.Delegation) (callbacks.AuditEntry, error) {
			e.Until, e.EndedBy = d.Clock.Now(), desktest.Mara.Actor()
			return callbacks.AuditEntry{At: d.Clock.Now(), Actor: e.EndedBy, Action: callbacks.ActionDelegationEnded}, nil
		})
		callbackstest.Must(t, err)
	}}
	d.Restart(between)
	ends = true
	if _, err := d.Decide(ines, c.ID, "approve", ""); !errors.Is(err, callbacks.ErrForbidden) || ends {
		t.Errorf("got %v, want a refusal", err)
	}
	d.WantState(c.ID, callbacks.Pending)
}
