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
	"countersign/internal/desk"
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

// TestFourEyes_TwoHops: a delegation can be made to a person who is a delegate already, and passes
// no right on. It is no way around the second person either, while it lasts or after its end.
func TestFourEyes_TwoHops(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
	first := delegate(t, d, desktest.Mara, desktest.Dana)
	delegate(t, d, desktest.Dana, ines)
	other := d.Announce(func(a *announcement.Announcement) {
		a.CallbackID, a.Requester = "b3RoZXI=", "Gro <gro@harborline.example>"
	})
	d.MustDecide(ines, other.ID, "approve", "") // in Dana's right
	wantActs := func() {
		t.Helper()
		_, err := d.Decide(ines, c.ID, "approve", "")
		if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeActsForRequester {
			t.Errorf("got %v, want %s", err, callbacks.CodeActsForRequester)
		}
		d.WantState(c.ID, callbacks.Pending)
	}
	wantActs()
	d.Clock.Advance(time.Second)
	_, err := d.Delegations.End(d.Ctx, desktest.Mara, first.ID)
	callbackstest.Must(t, err)
	d.Clock.Advance(time.Second)
	wantActs()
}

// TestFourEyes_ManyHops: however long the chain of delegations from the requester is, and even
// where it closes a circle, nobody in it signs.
func TestFourEyes_ManyHops(t *testing.T) {
	t.Parallel()
	d := open(t)
	of := func(name string) callbacks.Person {
		p := desktest.Reviewer(name, "finance-approvers")
		d.SignIn(p)
		return p
	}
	nora, leo, tom := of("nora"), of("leo"), of("tom")
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
	delegate(t, d, desktest.Mara, desktest.Dana)
	delegate(t, d, desktest.Dana, nora)
	delegate(t, d, nora, leo)
	delegate(t, d, nora, tom)
	delegate(t, d, tom, desktest.Dana) // Dana, Nora, Tom: a circle
	for _, p := range []callbacks.Person{desktest.Dana, nora, leo, tom} {
		_, err := d.Decide(p, c.ID, "approve", "")
		if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeActsForRequester {
			t.Errorf("%s: got %v, want %s", p.Name, err, callbacks.CodeActsForRequester)
		}
		d.WantState(c.ID, callbacks.Pending)
	}
}

// TestFourEyes_OutOfSight: an ended delegation from the requester that others push out of what is
// read still excludes.
func TestFourEyes_OutOfSight(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
	made := delegate(t, d, desktest.Mara, desktest.Dana)
	d.Clock.Advance(time.Second)
	_, err := d.Delegations.End(d.Ctx, desktest.Mara, made.ID)
	callbackstest.Must(t, err)
	many(t, d, made, "finance")
	d.Clock.Advance(2 * time.Second)
	_, err = d.Decide(desktest.Dana, c.ID, "approve", "")
	if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeActsForExcluded {
		t.Errorf("got %v, want %s", err, callbacks.CodeActsForExcluded)
	}
	d.WantState(c.ID, callbacks.Pending)
}

// many makes more delegations for a queue than the gate follows, each like one to the same person.
func many(t *testing.T, d *desktest.Desk, like delegation.Delegation, queue string) {
	t.Helper()
	for range 201 {
		other := like
		other.ID, other.From, other.Queues, other.Since = callbacks.NewID(), ines.Actor(), []string{queue}, d.Clock.Now()
		other.Until = other.Since.Add(time.Second)
		entry := callbacks.AuditEntry{At: other.Since, Actor: other.From, Action: callbacks.ActionDelegated}
		callbackstest.Must(t, d.Store.AddDelegation(d.Ctx, other, func([]delegation.Delegation) error { return nil }, entry))
	}
}

// TestFourEyes_ManyElsewhere: delegations for other queues, and those that ended before a request
// arrived, exclude nobody from it, however many they are. A row of a list says what the page says.
func TestFourEyes_ManyElsewhere(t *testing.T) {
	t.Parallel()
	d := open(t)
	announce := func(id string) callbacks.Callback {
		return d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Requester = id, "Gro <gro@harborline.example>" })
	}
	before := announce("YmVmb3Jl")
	made := delegate(t, d, desktest.Mara, desktest.Dana)
	wantMay := func(want map[callbacks.ID]bool) {
		t.Helper()
		page, err := d.Service.List(d.Ctx, desktest.Dana, desk.Filter{Scope: desk.ScopeAvailable})
		callbackstest.Must(t, err)
		rows := make(map[callbacks.ID]bool)
		for i := range page.Rows {
			rows[page.Rows[i].ID] = page.Rows[i].Signing.May
			if may := d.Service.MayDecide(d.Ctx, desktest.Dana, &page.Rows[i].Callback) == nil; may != want[page.Rows[i].ID] {
				t.Errorf("the page of %s says %t", page.Rows[i].ID, may)
			}
		}
		callbackstest.Same(t, "what the rows say", rows, want)
	}
	many(t, d, made, "releases")
	d.Clock.Advance(2 * time.Second)
	wantMay(map[callbacks.ID]bool{before.ID: true})
	many(t, d, made, "finance")
	d.Clock.Advance(2 * time.Second)
	after := announce("YWZ0ZXI=")
	wantMay(map[callbacks.ID]bool{before.ID: false, after.ID: true})
}

// TestFourEyes_OtherAccount: whoever acts for the requester cannot sign by another account with the
// same verified address, and neither can who said by another account who asks.
func TestFourEyes_OtherAccount(t *testing.T) {
	t.Parallel()
	d := open(t)
	twin := desktest.Dana
	twin.ID, twin.Subject = "u-dana-2", "dana-2"
	d.SignIn(twin)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
	delegate(t, d, desktest.Mara, twin)
	_, err := d.Decide(desktest.Dana, c.ID, "approve", "")
	if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeActsForRequester {
		t.Errorf("the delegate's other account: got %v", err)
	}
	admin := twin
	admin.Roles.Admin = true
	other := d.Announce(func(a *announcement.Announcement) { a.CallbackID = "b3RoZXI=" })
	storetest.Change(t, d.Store, other.ID, func(c *callbacks.Case) error { c.Requester = callbacks.Requester{Name: "Gro"}; return nil })
	_, err = d.Service.StateRequester(d.Ctx, admin, other.ID, desk.Statement{Requester: "gro@harborline.example", Reason: "Her ticket."})
	callbackstest.Must(t, err)
	_, err = d.Decide(desktest.Dana, other.ID, "approve", "")
	if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeStated {
		t.Errorf("the other account of who said it: got %v", err)
	}
	d.MustDecide(desktest.Mara, other.ID, "approve", "")
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

// TestFourEyes_MovesMeanwhile: whom somebody acts for was looked up in the queue that the request
// was in. If it is in another one when the press is recorded, the press does nothing.
func TestFourEyes_MovesMeanwhile(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Mara Okafor <mara@harborline.example>" })
	w := wish(d, desktest.Mara, desktest.Dana)
	w.Queues = []string{"legal"}
	_, err := d.Delegations.Make(d.Ctx, desktest.Mara, w)
	callbackstest.Must(t, err)
	store, moves := d.Store, false
	d.Restart(&meanwhile{store, func() {
		if moves {
			moves = false
			storetest.Change(t, store, c.ID, func(c *callbacks.Case) error { c.Queue = "legal"; return nil })
		}
	}})
	moves = true
	if _, err := d.Decide(desktest.Dana, c.ID, "approve", ""); !errors.Is(err, callbacks.ErrStale) || moves {
		t.Errorf("got %v, want %v", err, callbacks.ErrStale)
	}
	d.WantState(c.ID, callbacks.Pending)
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
