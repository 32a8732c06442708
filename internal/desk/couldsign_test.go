package desk_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

// seen are people who used the desk lately.
type seen []callbacks.Person

func (seen) Arrived(callbacks.Callback) {}

func (s seen) Members(groups []string) iter.Seq[callbacks.Signer] {
	return func(yield func(callbacks.Signer) bool) {
		for _, one := range s {
			if one.InGroup(groups) && !yield(callbacks.Signer{Person: one}) {
				return
			}
		}
	}
}

// serviceSeeing is the service of a desk that saw some people.
func serviceSeeing(d *testDesk, all ...callbacks.Person) *desk.Service {
	return desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits,
		Now: d.Clock.Now, Delegations: d.Delegations, Seen: seen(all),
	})
}

// couldSign are the keys of those who could fill a place of each threshold, as a reader is told.
func couldSign(d *testDesk, s *desk.Service, reader callbacks.Person, id callbacks.ID) (keys [][]string) {
	d.T.Helper()
	sheet, err := s.Sheet(d.Ctx, reader, id)
	if err != nil {
		d.T.Fatal(err)
	}
	for _, named := range sheet.CouldSign {
		var all []string
		for _, p := range named {
			all = append(all, p.ID)
		}
		keys = append(keys, all)
	}
	return keys
}

// TestCouldSign: a reader of the queue is told who else could fill an open place, if they are few.
func TestCouldSign(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	r := asks(2)
	r.Escalate = &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}}
	require(d, c.ID, r)
	lena := desktest.Reviewer("lena", "finance-leads")
	few := serviceSeeing(d, desktest.Mara, desktest.Dana, desktest.Reviewer("eva", "warehouse"), lena)
	callbackstest.Same(t, "told Mara", couldSign(d, few, desktest.Mara, c.ID), [][]string{{desktest.Dana.ID}})
	crowd := []callbacks.Person{desktest.Mara, desktest.Dana}
	for _, name := range []string{"eva", "finn", "gil"} {
		crowd = append(crowd, desktest.Reviewer(name, desktest.Dana.Groups...))
	}
	callbackstest.Same(t, "of many", couldSign(d, serviceSeeing(d, crowd...), desktest.Mara, c.ID), [][]string{nil})
	callbackstest.Same(t, "of three", len(couldSign(d, serviceSeeing(d, crowd[:4]...), desktest.Mara, c.ID)[0]), 3)

	d.Clock.Advance(30 * time.Minute) // half of its time
	callbackstest.Same(t, "told Mara once it escalates", couldSign(d, few, desktest.Mara, c.ID), [][]string{{desktest.Dana.ID, lena.ID}})
	callbackstest.Same(t, "told Lena, who does not see the queue", couldSign(d, few, lena, c.ID), nil)
	if _, err := d.Decide(desktest.Dana, c.ID, "approve", ""); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "once Dana signed", couldSign(d, few, desktest.Mara, c.ID), [][]string{{lena.ID}})
	if _, err := d.Decide(desktest.Mara, c.ID, "approve", ""); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "once it is decided", couldSign(d, few, desktest.Mara, c.ID), nil)
}

// acting says that everybody but Mara acts for the requester of the test desk.
type acting struct{ since, until time.Time }

func (a acting) Signer(_ context.Context, p callbacks.Person, _ string, from, _ time.Time) (callbacks.Signer, error) {
	s := callbacks.Signer{Person: p}
	if p.ID == desktest.Mara.ID || !from.Before(a.until) {
		return s, nil
	}
	ines := callbacks.Person{ID: "u-ines", Name: "Ines Calloway", Email: "ines@harborline.example", EmailVerified: true}
	s.Delegations = []callbacks.Delegation{{ID: "d", From: ines, To: p.ID, Queues: []string{"finance"}, Since: a.since, Until: a.until}}
	return s, nil
}

// TestCouldSign_ActsForRequester: whoever acts for the requester could not sign.
func TestCouldSign_ActsForRequester(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	r := asks(2)
	r.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
	require(d, c.ID, r)
	s := desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Delegations: acting{d.Clock.Now(), d.Clock.Now().Add(time.Hour)}, Seen: seen{desktest.Mara, desktest.Dana},
	})
	callbackstest.Same(t, "told Mara", couldSign(d, s, desktest.Mara, c.ID), [][]string{nil})
}

// TestListKnowsPastDelegations: a list says of a request what its page says, also to somebody who
// acted for the requester until a while ago.
func TestListKnowsPastDelegations(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	s := desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Delegations: acting{d.Clock.Now(), d.Clock.Now().Add(time.Minute)},
	})
	d.Clock.Advance(2 * time.Minute)
	for _, p := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		sheet, err := s.Sheet(d.Ctx, p, c.ID)
		callbackstest.Must(t, err)
		page, err := s.List(d.Ctx, p, desk.Filter{Scope: desk.ScopeAvailable})
		callbackstest.Must(t, err)
		may := p.ID == desktest.Mara.ID
		if len(page.Rows) != 1 || page.Rows[0].Signing.May != may || sheet.Why.Can() != may {
			t.Errorf("%s: the list says %+v, the page %t", p.Name, page.Rows, sheet.Why.Can())
		}
	}
}
