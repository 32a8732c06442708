package desk_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
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

// announceMasked announces a request in queue finance with a masked account number.
func (d *testDesk) announceMasked() callbacks.Callback {
	d.T.Helper()
	return d.Announce(func(a *announcement.Announcement) {
		a.Payload = json.RawMessage(`{"total":7.50,"vendor":{"name":"Kranich","iban":"DE02canary"}}`)
		a.Masked = []string{"/vendor/iban"}
	})
}

func TestReveal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.announceMasked().ID
	_, content, err := d.Service.Content(d.Ctx, desktest.Mara, id)
	if err != nil || strings.Contains(string(content.Payload), "canary") || len(content.Hidden) != 1 {
		t.Fatalf("before, the content is %s, hidden at %v, %v", content.Payload, content.Hidden, err)
	}
	revealed, err := d.Service.Reveal(d.Ctx, desktest.Mara, id, content.Hidden[0].At)
	if err != nil || string(revealed.Value) != `"DE02canary"` || revealed.Pointer != "/vendor/iban" {
		t.Fatalf("got %s at %s, %v", revealed.Value, revealed.Pointer, err)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, id)
	if err != nil || strings.Contains(string(sheet.Content.Payload), "canary") {
		t.Errorf("afterwards the page has %s, %v", sheet.Content.Payload, err)
	}
	entry := sheet.Audit[0]
	if entry.Action != callbacks.ActionRevealed || entry.Actor.ID != desktest.Mara.ID || entry.Facts.Field != "/vendor/iban" {
		t.Errorf("on record is %+v", entry)
	}
	if written, _ := json.Marshal(sheet.Audit); strings.Contains(string(written), "canary") {
		t.Errorf("the audit holds the value: %s", written)
	}
	if got := d.Get(id); got.Revision != 0 {
		t.Errorf("revealing makes pages stale: revision %d", got.Revision)
	}
	for _, at := range []string{"", "0", "1", "1.0", "1.1.0", "9", "x", "-1"} {
		if _, err := d.Service.Reveal(d.Ctx, desktest.Mara, id, at); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("at %q: %v, want that nothing is masked there", at, err)
		}
	}
}

// TestReveal_WhoMaySign: nobody else sees a masked value, and what they tried is on no record,
// because nothing happened.
func TestReveal_WhoMaySign(t *testing.T) {
	t.Parallel()
	requester := desktest.Reviewer("ines", "finance-approvers")
	auditor := desktest.Reviewer("audrey", "finance-approvers")
	auditor.Roles = callbacks.Roles{Auditor: true}
	admin := desktest.Reviewer("adam")
	admin.Roles = callbacks.Roles{Admin: true}
	for name, tt := range map[string]struct {
		by   callbacks.Person
		want error
	}{
		"Reviewer":       {desktest.Mara, nil},
		"AdminOfGroup":   {adminOfFinance, nil},
		"Admin":          {admin, callbacks.ErrForbidden},
		"Auditor":        {auditor, callbacks.ErrForbidden},
		"Requester":      {requester, callbacks.ErrForbidden},
		"OfAnotherQueue": {desktest.Reviewer("otto", "reviewers"), callbacks.ErrNotFound},
		"Nobody":         {callbacks.Person{ID: "nobody"}, callbacks.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			id := d.announceMasked().ID
			revealed, err := d.Service.Reveal(d.Ctx, tt.by, id, "1.1")
			if !errors.Is(err, tt.want) || (err == nil) != (len(revealed.Value) > 0) {
				t.Errorf("got %s, %v, want %v", revealed.Value, err, tt.want)
			}
			entries := storetest.Audit(t, d.Store, desk.AuditQuery{Action: callbacks.ActionRevealed})
			if len(entries) > 0 != (tt.want == nil) {
				t.Errorf("on record are %+v", entries)
			}
		})
	}
}

// TestReveal_ActedForTheRequester: whoever may not sign, because they acted for the requester until a while
// ago, sees no masked value either, and is offered none.
func TestReveal_ActedForTheRequester(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.announceMasked().ID
	s := desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Delegations: acting{d.Clock.Now(), d.Clock.Now().Add(time.Minute)},
	})
	d.Clock.Advance(2 * time.Minute)
	c := d.Get(id)
	for _, p := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		_, err := s.Reveal(d.Ctx, p, id, "1.1")
		offered, offerErr := s.MayReveal(d.Ctx, p, &c)
		if may := p.ID == desktest.Mara.ID; may != (err == nil) || may != offered || offerErr != nil || !may && !errors.Is(err, callbacks.ErrForbidden) {
			t.Errorf("%s: got %v, offered %t, %v", p.Name, err, offered, offerErr)
		}
	}
}

func TestReveal_WhilePending(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.announceMasked().ID
	d.MustDecide(desktest.Mara, id, "approve", "")
	if _, err := d.Service.Reveal(d.Ctx, desktest.Mara, id, "1.1"); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("of a decided callback: %v", err)
	}
}

// TestMasks_ConfiguredLater: what a queue masks from now on is masked in what it received before,
// and no search finds it, before or afterwards.
func TestMasks_ConfiguredLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.Announce(func(a *announcement.Announcement) {
		a.Payload = json.RawMessage(`{"iban":"DE02canary"}`)
	}).ID
	found := func() bool {
		page, err := d.Service.List(d.Ctx, desktest.Mara, desk.Filter{Search: "DE02canary"})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Rows) > 0
	}
	if found() {
		t.Error("a value of the payload is a word of the search")
	}
	queues := maps.Clone(desktest.Queues)
	finance := queues["finance"]
	finance.Masked = []string{"/iban"}
	queues["finance"] = finance
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits,
		Now: d.Clock.Now, Lanes: d.Lanes, Deliveries: d.Deliveries, Delegations: d.Delegations,
	})
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, id)
	if err != nil || string(sheet.Content.Payload) != `{"iban":"••••••"}` {
		t.Errorf("the page has %s, %v", sheet.Content.Payload, err)
	}
	if found() {
		t.Error("a masked value is found")
	}
	d.Clock.Advance(time.Minute)
	if revealed, err := d.Service.Reveal(d.Ctx, desktest.Mara, id, "0"); err != nil || string(revealed.Value) != `"DE02canary"` {
		t.Errorf("got %s, %v", revealed.Value, err)
	}
}

// TestReveal_Meanwhile: a value is looked up before it goes on record. If the reader's rights end in
// between, or the function announces another payload, nothing is revealed.
func TestReveal_Meanwhile(t *testing.T) {
	t.Parallel()
	t.Run("DelegationEnded", func(t *testing.T) {
		t.Parallel()
		d, ines := newDesk(t), callbacks.Person{ID: "u-ines", Subject: "u-ines", Name: "ines", Email: "i@harborline.example", EmailVerified: true}
		store := &between{Store: d.Store}
		d.Restart(store)
		ines.GroupsReadAt = d.Clock.Now()
		d.SignIn(desktest.Mara)
		d.SignIn(ines)
		made, err := d.Delegations.Make(d.Ctx, desktest.Mara, delegation.Wish{
			From: desktest.Mara.ID, To: ines.ID, Queues: []string{"finance"}, Since: d.Clock.Now(), Until: d.Clock.Now().Add(24 * time.Hour),
		})
		callbackstest.Must(t, err)
		id := d.Announce(func(a *announcement.Announcement) {
			a.Requester, a.Payload, a.Masked = "Oda <oda@harborline.example>", json.RawMessage(`{"iban":"DE02canary"}`), []string{"/iban"}
		}).ID
		if _, err := d.Service.Reveal(d.Ctx, ines, id, "0"); err != nil {
			t.Fatalf("while it is in force: %v", err)
		}
		logged := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: id, Action: callbacks.ActionRevealed})
		if len(logged) != 1 || logged[0].Actor.ID != ines.ID || logged[0].Facts.ActingFor != desktest.Mara.Actor().Name {
			t.Errorf("on record is %+v", logged)
		}
		store.happens = func() {
			d.Clock.Advance(time.Minute)
			_, err := d.Delegations.End(d.Ctx, desktest.Mara, made.ID)
			callbackstest.Must(t, err)
		}
		if got, err := d.Service.Reveal(d.Ctx, ines, id, "0"); err == nil {
			t.Errorf("revealed %s", got.Value)
		}
	})
	t.Run("Announced", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := findWith(d, callbacks.Content{Payload: []byte(`{"iban":"DE02canary"}`), Masked: []string{"/iban"}})
		storetest.Change(t, d.Store, c.ID, func(c *callbacks.Case) error {
			c.Queue, c.Requirement = "legal", asks(1)
			return nil
		})
		store := &between{Store: d.Store}
		d.Restart(store)
		announce := func() {
			_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{
				CallbackID: string(c.CallbackID), Title: "EXP-2291", Queue: "legal", ExecutionARN: c.ExecutionARN,
				Requester: "Oda <oda@harborline.example>", Payload: json.RawMessage(`{"iban":"DE03"}`), Masked: []string{"/iban"},
			})
			callbackstest.Must(t, err)
		}
		store.happens = announce
		if got, err := d.Service.Reveal(d.Ctx, desktest.Mara, c.ID, "0"); !errors.Is(err, callbacks.ErrConflict) {
			t.Errorf("got %s, %v, want a conflict", got.Value, err)
		}
	})
}
