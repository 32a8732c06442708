package delegation_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

const day = 24 * time.Hour

// ines has signed in and may nothing by herself.
var ines = callbacks.Person{ID: "u-ines", Subject: "u-ines", Name: "ines", Email: "ines@harborline.example", EmailVerified: true}

// open is a desk whose people have signed in.
func open(t *testing.T) *desktest.Desk {
	t.Helper()
	d := desktest.New(t)
	for _, p := range []callbacks.Person{desktest.Mara, desktest.Dana, desktest.Teo, desktest.Ops, ines} {
		d.SignIn(p)
	}
	return d
}

// wish is a delegation of queue finance for a day.
func wish(d *desktest.Desk, from, to callbacks.Person) delegation.Wish {
	now := d.Clock.Now()
	return delegation.Wish{From: from.ID, To: to.ID, Queues: []string{"finance"}, Since: now, Until: now.Add(day)}
}

// delegate has somebody delegate for themselves.
func delegate(t *testing.T, d *desktest.Desk, from, to callbacks.Person) delegation.Delegation {
	t.Helper()
	made, err := d.Delegations.Make(d.Ctx, from, wish(d, from, to))
	callbackstest.Must(t, err)
	return made
}

// TestMake has a row for each rule of who may delegate what to whom.
func TestMake(t *testing.T) {
	t.Parallel()
	type change = func(*desktest.Desk, *delegation.Wish)
	for name, tt := range map[string]struct {
		by     callbacks.Person
		change change
		want   error  // nil if it is made
		field  string // of a fault.List
	}{
		"Own":               {desktest.Mara, nil, nil, ""},
		"ByAnAdmin":         {desktest.Ops, nil, nil, ""},
		"ByAnother":         {desktest.Dana, nil, callbacks.ErrForbidden, ""},
		"ToNobody":          {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.To = "" }, nil, "who"},
		"ToThemselves":      {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.To = w.From }, nil, "who"},
		"OfAStranger":       {desktest.Ops, func(_ *desktest.Desk, w *delegation.Wish) { w.From = "u-x" }, callbacks.ErrNotFound, ""},
		"NoQueue":           {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Queues = nil }, nil, "queues"},
		"AnotherQueue":      {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Queues = []string{"default"} }, nil, "queues"},
		"UnknownQueue":      {desktest.Ops, func(_ *desktest.Desk, w *delegation.Wish) { w.Queues = []string{"x"} }, nil, "queues"},
		"EndsBeforeItBegan": {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Until = w.Since }, nil, "until"},
		"EndsInThePast":     {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Since, w.Until = w.Since.Add(-2*day), w.Since.Add(-day) }, nil, "until"},
		"AtMost90Days":      {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Until = w.Since.Add(90 * day) }, nil, ""},
		"TooLong":           {desktest.Mara, func(_ *desktest.Desk, w *delegation.Wish) { w.Until = w.Since.Add(90*day + time.Second) }, nil, "until"},
		"Again":             {desktest.Mara, func(d *desktest.Desk, w *delegation.Wish) { mustMake(d, *w) }, nil, "who"},
		"AgainLater": {desktest.Mara, func(d *desktest.Desk, w *delegation.Wish) {
			mustMake(d, *w)
			w.Since, w.Until = w.Until, w.Until.Add(day)
		}, nil, ""},
		"Circle": {desktest.Mara, func(d *desktest.Desk, w *delegation.Wish) {
			d.SignIn(desktest.Dana)
			mustMake(d, delegation.Wish{From: w.To, To: w.From, Queues: w.Queues, Since: w.Since.Add(time.Hour), Until: w.Until.Add(day)})
		}, nil, "since"},
		"TooMany": {desktest.Mara, func(d *desktest.Desk, w *delegation.Wish) {
			for range delegation.MaxOpen {
				mustMake(d, *w)
				w.Since, w.Until = w.Until, w.Until.Add(day)
			}
		}, nil, "who"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			w := wish(d, desktest.Mara, desktest.Dana)
			if tt.change != nil {
				tt.change(d, &w)
			}
			made, err := d.Delegations.Make(d.Ctx, tt.by, w)
			var invalid fault.List
			switch {
			case tt.field != "" && (!errors.As(err, &invalid) || invalid[0].Pointer != tt.field):
				t.Errorf("got %v, want a fault at %s", err, tt.field)
			case tt.field == "" && !errors.Is(err, tt.want):
				t.Errorf("got %v, want %v", err, tt.want)
			case err == nil && (made.MadeBy.ID != tt.by.ID || made.From.Name != "mara" || made.To.Name != "dana"):
				t.Errorf("made %+v", made)
			}
		})
	}
}

func mustMake(d *desktest.Desk, w delegation.Wish) {
	d.T.Helper()
	if _, err := d.Delegations.Make(d.Ctx, desktest.Ops, w); err != nil {
		d.T.Fatal(err)
	}
}

// TestOldGroups: somebody whose groups were read too long ago delegates nothing, and ends only a
// delegation of their own.
func TestOldGroups(t *testing.T) {
	t.Parallel()
	d := open(t)
	s := delegation.New(delegation.Config{Store: d.Store, Queues: desktest.Queues, Now: d.Clock.Now, GroupsMaxAge: time.Hour, RightsChanged: d.Invalidations.RightsChanged})
	old := desktest.Mara
	old.GroupsReadAt = d.Clock.Now().Add(-time.Hour - 1)
	if _, err := s.Make(d.Ctx, old, wish(d, old, desktest.Dana)); !errors.Is(err, callbacks.ErrOldGroups) {
		t.Errorf("got %v", err)
	}
	made := delegate(t, d, desktest.Mara, desktest.Dana)
	admin := desktest.Ops
	admin.GroupsReadAt = old.GroupsReadAt
	if _, err := s.End(d.Ctx, admin, made.ID); !errors.Is(err, callbacks.ErrOldGroups) {
		t.Errorf("an admin ends that of others: %v", err)
	}
	if ended, err := s.End(d.Ctx, old, made.ID); err != nil || !ended.Ended() {
		t.Errorf("the delegator ends it: %v", err)
	}
}

// TestDelegateActs: somebody without rights sees what a delegation names, and signs in the right of
// the delegator; both names are on the signature. Before and after they see nothing.
func TestDelegateActs(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(nil)
	other := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Queue = "b3RoZXI=", callbacks.DefaultQueue })
	inFinance := desk.Filter{Scope: desk.ScopeAvailable}
	if _, err := d.Service.List(d.Ctx, ines, inFinance); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("the list before: %v", err)
	}
	w := wish(d, desktest.Mara, desktest.Teo)
	w.Since = w.Since.Add(time.Minute)
	mustMake(d, w)
	if _, err := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the page before the delegation begins: %v", err)
	}
	d.Clock.Advance(time.Minute)
	page, err := d.Service.List(d.Ctx, desktest.Teo, inFinance)
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != c.ID || !page.Rows[0].Signing.May {
		t.Errorf("the list: %+v, %v", page.Rows, err)
	}
	if n, err := d.Service.Count(d.Ctx, desktest.Teo, inFinance, 10); n != 1 || err != nil {
		t.Errorf("the count: %d, %v", n, err)
	}
	if _, err := d.Service.Sheet(d.Ctx, desktest.Teo, other.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a queue that is not named: %v", err)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID)
	if err != nil || !sheet.Why.Can() || sheet.Why.ActingFor != "mara" || sheet.Refused != nil {
		t.Fatalf("the page: %+v, %v", sheet.Why, err)
	}
	previews, err := d.Service.Previews(t.Context(), desktest.Teo, &sheet, callbacks.Choice{})
	if err != nil || !previews[0].Sends {
		t.Errorf("previews: %+v, %v", previews, err)
	}
	if _, err := d.Service.OpenReview(d.Ctx, desktest.Teo, c.ID, callbacks.SignOfLife{}); err != nil {
		t.Errorf("the review: %v", err)
	}
	d.MustDecide(desktest.Teo, c.ID, "approve", "")
	given, err := d.Store.Signatures(d.Ctx, c.ID)
	if err != nil || len(given) != 1 || given[0].By.Name != "teo" || given[0].ActingFor == nil || given[0].ActingFor.Name != "mara" {
		t.Fatalf("the signature: %+v, %v", given, err)
	}
	d.Clock.Advance(day)
	if _, err := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the page afterwards: %v", err)
	}
}

// TestDelegateWithoutRole: somebody without a role works with the lists while they act for somebody.
func TestDelegateWithoutRole(t *testing.T) {
	t.Parallel()
	d := open(t)
	delegate(t, d, desktest.Dana, ines)
	c := d.Announce(func(a *announcement.Announcement) { a.Requester = "Rita Vance <rita@harborline.example>" })
	page, err := d.Service.List(d.Ctx, ines, desk.Filter{Scope: desk.ScopeAvailable})
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("the list: %+v, %v", page, err)
	}
	d.MustDecide(ines, c.ID, "approve", "")
}

// TestNoChain: what somebody may as a delegate, they cannot pass on.
func TestNoChain(t *testing.T) {
	t.Parallel()
	d := open(t)
	delegate(t, d, desktest.Mara, desktest.Teo)
	_, err := d.Delegations.Make(d.Ctx, desktest.Teo, wish(d, desktest.Teo, ines))
	if invalid := (fault.List{}); !errors.As(err, &invalid) || invalid[0].Pointer != "queues" {
		t.Errorf("got %v", err)
	}
}

// TestOnePlace: a person who signs for themselves and as a delegate fills one place, and so do two
// delegates of one person.
func TestOnePlace(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(nil)
	storetest.Change(t, d.Store, c.ID, func(c *callbacks.Case) error {
		c.Requirement = callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}}
		return nil
	})
	delegate(t, d, desktest.Mara, desktest.Teo)
	delegate(t, d, desktest.Mara, desktest.Dana)
	d.MustDecide(desktest.Teo, c.ID, "approve", "")
	_, err := d.Decide(desktest.Mara, c.ID, "approve", "")
	if refusal := new(callbacks.Refusal); !errors.As(err, &refusal) || refusal.Code != callbacks.CodeNoPlace {
		t.Errorf("the delegator after their delegate: %v", err)
	}
	d.MustDecide(desktest.Dana, c.ID, "approve", "") // in her own right
	d.WantState(c.ID, callbacks.Decided)
}

// TestEnd: delegator, delegate and admins end a delegation, once, on record; for others it does not
// exist. It takes effect at once.
func TestEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by   callbacks.Person
		want error
	}{
		"Delegator": {desktest.Mara, nil}, "Delegate": {desktest.Teo, nil}, "Admin": {desktest.Ops, nil},
		"Another": {desktest.Dana, callbacks.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			c := d.Announce(nil)
			made := delegate(t, d, desktest.Mara, desktest.Teo)
			d.Clock.Advance(time.Hour)
			for range 2 { // the second changes nothing
				if _, err := d.Delegations.End(d.Ctx, tt.by, made.ID); !errors.Is(err, tt.want) {
					t.Fatalf("got %v, want %v", err, tt.want)
				}
			}
			_, err := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID)
			if over := errors.Is(err, callbacks.ErrNotFound); over != (tt.want == nil) {
				t.Errorf("the page afterwards: %v", err)
			}
			entries := storetest.Audit(t, d.Store, desk.AuditQuery{Action: callbacks.ActionDelegationEnded})
			if want := map[bool]int{true: 1}[tt.want == nil]; len(entries) != want {
				t.Errorf("%d audit entries, want %d", len(entries), want)
			}
		})
	}
}

// TestAudit: what is on record of a delegation, in words.
func TestAudit(t *testing.T) {
	t.Parallel()
	d := open(t)
	delegate(t, d, desktest.Mara, desktest.Teo)
	entries := storetest.Audit(t, d.Store, desk.AuditQuery{Action: callbacks.ActionDelegated})
	if len(entries) != 1 || entries[0].Actor != desktest.Mara.Actor() || entries[0].Detail != "teo acts for mara in finance, from 2026-11-24 13:00 UTC to 2026-11-25 13:00 UTC." {
		t.Errorf("got %+v", entries)
	}
}

// TestBook: people read their own delegations, and admins everybody's.
func TestBook(t *testing.T) {
	t.Parallel()
	d := open(t)
	made := delegate(t, d, desktest.Mara, desktest.Teo)
	for name, tt := range map[string]struct {
		by   callbacks.Person
		of   string
		want error
	}{
		"Own": {desktest.Mara, "u-mara", nil}, "OfADelegate": {desktest.Teo, "u-teo", nil}, "Admin": {desktest.Ops, "u-mara", nil},
		"Another": {desktest.Dana, "u-mara", callbacks.ErrForbidden}, "AStranger": {desktest.Ops, "u-x", callbacks.ErrNotFound},
	} {
		book, err := d.Delegations.Book(d.Ctx, tt.by, tt.of)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
		if err == nil {
			callbackstest.Same(t, name, book.Delegations, []delegation.Delegation{made})
		}
	}
	book, err := d.Delegations.Book(d.Ctx, desktest.Mara, "u-mara")
	if err != nil || !slices.Contains(book.Queues, "finance") || slices.Contains(book.Queues, callbacks.DefaultQueue) || book.Delegations[0].Status(book.Now) != delegation.InForce {
		t.Errorf("got %+v, %v", book, err)
	}
}

// TestFind: people are found by name or address; a whole one names exactly one of them.
func TestFind(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.SignIn(desktest.Reviewer("Dana Reyes"))
	for text, want := range map[string]struct {
		found int
		exact string
	}{
		"dan": {2, ""}, "DANA": {2, "u-dana"}, "dana reyes": {1, "u-Dana Reyes"}, "mara@harborline.example": {1, "u-mara"},
		"m": {0, ""}, "": {0, ""}, "nobody": {0, ""},
	} {
		found, exact, err := d.Delegations.Find(d.Ctx, text)
		got := ""
		if exact != nil {
			got = exact.ID
		}
		if err != nil || len(found) != want.found || got != want.exact {
			t.Errorf("%q: %+v, exactly %q, %v", text, found, got, err)
		}
	}
}

// TestRightsChanged: the pages of a delegate are told when a delegation is made and when it ends, and
// not when nothing changed.
func TestRightsChanged(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.Delegations.Make(d.Ctx, desktest.Mara, wish(d, desktest.Mara, desktest.Mara)); err == nil {
		t.Fatal("somebody delegates to themselves")
	}
	made := delegate(t, d, desktest.Mara, desktest.Teo)
	for range 2 { // the second changes nothing
		_, err := d.Delegations.End(d.Ctx, desktest.Mara, made.ID)
		callbackstest.Must(t, err)
	}
	if want := []string{desktest.Teo.ID, desktest.Teo.ID}; !slices.Equal(d.Invalidations.Rights, want) {
		t.Errorf("told %v, want %v", d.Invalidations.Rights, want)
	}
}

// TestOtherProcess: a delegation made elsewhere takes effect within a second.
func TestOtherProcess(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.Announce(nil)
	if _, err := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Fatal(err)
	}
	here := d.Service
	d.Restart(d.Store)
	delegate(t, d, desktest.Mara, desktest.Teo)
	d.Clock.Advance(time.Second)
	if _, err := here.Sheet(d.Ctx, desktest.Teo, c.ID); err != nil {
		t.Error(err)
	}
}
