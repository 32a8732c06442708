package desk_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

const groupsLimit = 8 * time.Hour

// newFreshDesk is a desk where groups may be so old, and mara's were read at once.
func newFreshDesk(t *testing.T) (*testDesk, callbacks.Person) {
	t.Helper()
	d := newDesk(t)
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now, Lanes: d.Lanes,
		Deliveries: d.Deliveries, GroupsMaxAge: groupsLimit,
	})
	p := desktest.Mara
	p.GroupsReadAt = d.Clock.Now()
	return d, p
}

// TestOldGroups: every way to change something is shut, and every way to read is open.
func TestOldGroups(t *testing.T) {
	t.Parallel()
	d, p := newFreshDesk(t)
	admin := adminOfFinance
	admin.GroupsReadAt = p.GroupsReadAt
	c := d.Announce(func(a *announcement.Announcement) { a.Timeout = 24 * time.Hour })
	lease, err := d.Service.OpenReview(d.Ctx, p, c.ID, callbacks.SignOfLife{})
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(groupsLimit)
	shown, err := d.Service.Preview(d.Ctx, p, c.ID, callbacks.Choice{Outcome: "approve"})
	if err != nil {
		t.Fatal(err)
	}
	choice := callbacks.Choice{Outcome: "approve", Sends: true, PreparedAt: shown.PreparedAt}
	if _, err := d.Service.RenewReview(d.Ctx, p, c.ID, lease.Review.ID, callbacks.SignOfLife{}); err != nil {
		t.Errorf("as old as they may be: %v", err)
	}
	d.Clock.Advance(time.Second)
	for name, act := range map[string]func() error{
		"Reveal":     func() error { _, err := d.Service.Reveal(d.Ctx, p, c.ID, "0"); return err },
		"Decide":     func() error { _, err := d.Service.Sign(d.Ctx, p, c.ID, choice, shown.Seen); return err },
		"Preview":    func() error { _, err := d.Service.Preview(d.Ctx, p, c.ID, choice); return err },
		"OpenReview": func() error { _, err := d.Service.OpenReview(d.Ctx, p, c.ID, callbacks.SignOfLife{}); return err },
		"RenewReview": func() error {
			_, err := d.Service.RenewReview(d.Ctx, p, c.ID, lease.Review.ID, callbacks.SignOfLife{})
			return err
		},
		"StateRequester": func() error {
			_, err := d.Service.StateRequester(d.Ctx, admin, c.ID, desk.Statement{RequesterID: "u-1", Reason: "So."})
			return err
		},
		"PreviewAll":    func() error { _, err := d.Service.PreviewAll(d.Ctx, p, c.ID, callbacks.Choice{}, ""); return err },
		"RetryDelivery": func() error { _, err := d.Service.RetryDelivery(d.Ctx, admin, c.ID); return err },
	} {
		old, ok := errors.AsType[*callbacks.OldGroups](act())
		if !ok || old.Age != groupsLimit+time.Second || old.Limit != groupsLimit || errors.Is(old, callbacks.ErrForbidden) {
			t.Errorf("%s: %v", name, old)
		}
	}
	for name, read := range map[string]func() error{
		"Sheet": func() error { _, err := d.Service.Sheet(d.Ctx, p, c.ID); return err },
		"List": func() error {
			_, err := d.Service.List(d.Ctx, p, desk.Filter{Scope: desk.ScopeAvailable})
			return err
		},
		"ReleaseReview": func() error { return d.Service.ReleaseReview(d.Ctx, p, c.ID, lease.Review.ID) },
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.WantState(c.ID, callbacks.Pending)
	p.GroupsReadAt = d.Clock.Now()
	if _, err := d.Service.Sign(d.Ctx, p, c.ID, choice, shown.Seen); err != nil {
		t.Errorf("after the sign-in: %v", err)
	}
}

// TestNobodySaysWhenTheGroupsWereRead: then they are too old.
func TestNobodySaysWhenTheGroupsWereRead(t *testing.T) {
	t.Parallel()
	d, p := newFreshDesk(t)
	p.GroupsReadAt = time.Time{}
	if _, err := d.Decide(p, d.Announce(nil).ID, "approve", ""); !errors.Is(err, callbacks.ErrOldGroups) {
		t.Errorf("got %v", err)
	}
}

// TestSheetExplainsOldGroups: what explains whether somebody can sign knows the limit of the desk,
// and so does a rule that asks for younger groups.
func TestSheetExplainsOldGroups(t *testing.T) {
	t.Parallel()
	d, p := newFreshDesk(t)
	c := d.Announce(func(a *announcement.Announcement) { a.Timeout = 24 * time.Hour })
	for _, age := range []time.Duration{groupsLimit, groupsLimit + 1} {
		p.GroupsReadAt = d.Clock.Now().Add(-age)
		sheet, err := d.Service.Sheet(d.Ctx, p, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		failed, fails := sheet.Why.Failed()
		if old := age > groupsLimit; fails != old || errors.Is(sheet.Refused, callbacks.ErrOldGroups) != old ||
			old && failed.Code != callbacks.CodeGroupsOld {
			t.Errorf("groups of %v: %+v, refused %v", age, sheet.Why, sheet.Refused)
		}
	}
}

func TestSheetSaysUntilWhen(t *testing.T) {
	t.Parallel()
	d, p := newFreshDesk(t)
	sheet, err := d.Service.Sheet(d.Ctx, p, d.Announce(nil).ID)
	if err != nil || !sheet.FreshUntil.Equal(p.GroupsReadAt.Add(groupsLimit)) {
		t.Errorf("until %v, %v", sheet.FreshUntil, err)
	}
}
