package desk_test

import (
	"errors"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/views/words"
)

// adminOfFinance may say who asks, and decides in finance too.
var adminOfFinance = callbacks.Person{
	ID: "p-aiko", Subject: "u-aiko", Name: "Aiko Brandt", Email: "aiko@harborline.example", EmailVerified: true,
	Groups: []string{"finance-approvers"}, Roles: callbacks.Roles{Reviewer: true, Admin: true},
}

var askedByInes = desk.Statement{Requester: "Ines Calloway <ines@harborline.example>", Reason: "Ticket FIN-12 is hers."}

// unknownAsker waits in finance since before anybody compared who asks: its requester is a bare
// name.
func (d *testDesk) unknownAsker(name string) callbacks.Callback {
	d.T.Helper()
	c := d.Announce(nil)
	c, err := d.Store.Change(d.Ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requester = callbacks.Requester{Name: name}
		return nil
	})
	if err != nil {
		d.T.Fatal(err)
	}
	return c
}

func wantRefusal(t *testing.T, err error, code callbacks.ReasonCode) {
	t.Helper()
	if refusal, ok := errors.AsType[*callbacks.Refusal](err); !ok || refusal.Code != code {
		t.Errorf("got %v, want a refusal %q", err, code)
	}
}

// TestStateRequester: nobody decides what does not say who asks, until an admin says it, on record;
// then the rule holds.
func TestStateRequester(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.unknownAsker("Mara O.")
	_, err := d.Decide(desktest.Dana, c.ID, "approve", "")
	wantRefusal(t, err, "unknown")
	before := d.Invalidations.Count()
	said, err := d.Service.StateRequester(d.Ctx, adminOfFinance, c.ID, desk.Statement{RequesterID: desktest.Mara.Subject, Reason: "  Her ticket. "})
	if err != nil || said.Requester != (callbacks.Requester{
		ID: desktest.Mara.Subject, StatedBy: adminOfFinance.ID, StatedByAddress: adminOfFinance.VerifiedAddress(),
	}) {
		t.Fatalf("got %+v, %v", said.Requester, err)
	}
	if said.Revision <= c.Revision || d.Invalidations.Count() == before {
		t.Errorf("revision %d after %d; open pages were told: %v", said.Revision, c.Revision, d.Invalidations.Count() > before)
	}
	_, err = d.Decide(desktest.Mara, c.ID, "approve", "")
	wantRefusal(t, err, "requester")
	_, err = d.Decide(adminOfFinance, c.ID, "approve", "")
	wantRefusal(t, err, "stated")
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionRequesterStated, Limit: 9})
	if err != nil || len(entries) != 1 || entries[0].Actor != adminOfFinance.Actor() || words.Audit(entries[0]) != "Asked for by u-mara. “Her ticket.”" {
		t.Errorf("the audit says %+v, %v", entries, err)
	}
}

// TestStateRequester_Again: an admin who was wrong says it again, and what was previewed for
// another requester is stale.
func TestStateRequester_Again(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.unknownAsker("")
	if _, err := d.Service.StateRequester(d.Ctx, adminOfFinance, c.ID, askedByInes); err != nil {
		t.Fatal(err)
	}
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	seen, err := d.Service.Preview(d.Ctx, desktest.Dana, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	if _, err := d.Service.StateRequester(d.Ctx, desktest.Ops, c.ID, desk.Statement{Requester: "teo@harborline.example", Reason: "It was Teo."}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Service.Sign(d.Ctx, desktest.Dana, c.ID, choice, seen.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("a preview of before is decided on: %v", err)
	}
	seen, err = d.Service.Preview(d.Ctx, desktest.Dana, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []error{nil, desk.ErrSignedAlready} {
		if _, err := d.Service.Sign(d.Ctx, desktest.Dana, c.ID, choice, seen.Seen); !errors.Is(err, want) {
			t.Errorf("what was shown since gives %v, want %v", err, want)
		}
	}
}

func TestStateRequester_Refused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		who  callbacks.Person
		said desk.Statement
		c    func(*testDesk) callbacks.Callback
		want error
	}{
		"ErrReviewer":  {desktest.Dana, askedByInes, func(d *testDesk) callbacks.Callback { return d.unknownAsker("X") }, callbacks.ErrForbidden},
		"ErrInvisible": {desktest.Teo, askedByInes, func(d *testDesk) callbacks.Callback { return d.unknownAsker("X") }, callbacks.ErrNotFound},
		"ErrKnown":     {desktest.Ops, askedByInes, func(d *testDesk) callbacks.Callback { return d.Announce(nil) }, callbacks.ErrConflict},
		"ErrNoFourEyes": {desktest.Ops, askedByInes, func(d *testDesk) callbacks.Callback {
			return d.Announce(func(a *announcement.Announcement) { a.Queue, a.Requester = "", "" })
		}, callbacks.ErrConflict},
		"ErrDecided": {desktest.Ops, askedByInes, func(d *testDesk) callbacks.Callback {
			c := d.Announce(nil)
			d.MustDecide(desktest.Dana, c.ID, "approve", "")
			return c
		}, callbacks.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := tt.c(d)
			before := d.Get(c.ID)
			if _, err := d.Service.StateRequester(d.Ctx, tt.who, c.ID, tt.said); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if got := d.Get(c.ID); got.Requester != before.Requester || got.Revision != before.Revision {
				t.Errorf("it was changed to %+v", got.Requester)
			}
		})
	}
}

func TestStateRequester_Invalid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.unknownAsker("X")
	for field, said := range map[string]desk.Statement{
		"requester":   {Requester: "Ines Calloway", Reason: "So."},
		"requesterId": {RequesterID: strings.Repeat("x", callbacks.MaxSubjectRunes+1), Reason: "So."},
		"reason":      {RequesterID: "u-1", Reason: "\u2800"},
	} {
		_, err := d.Service.StateRequester(d.Ctx, desktest.Ops, c.ID, said)
		if faults, ok := errors.AsType[fault.List](err); !ok || len(faults) != 1 || faults[0].Pointer != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	for _, said := range []desk.Statement{
		{Requester: "ines@a.example, bob@a.example", RequesterID: "u-1", Reason: "So."},
		{RequesterID: "u-1", Reason: strings.Repeat("x", callbacks.MaxReasonRunes+1)},
		{RequesterID: "u\u202e1", Reason: "So."},
	} {
		if _, err := d.Service.StateRequester(d.Ctx, desktest.Ops, c.ID, said); err == nil {
			t.Errorf("taken: %+v", said)
		}
	}
}
