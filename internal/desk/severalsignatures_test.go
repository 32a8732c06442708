package desk_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// asks is a requirement of so many signatures of anybody in the queue.
func asks(n int) callbacks.Requirement {
	return callbacks.Requirement{
		Rule: "large expenses", Version: "v8",
		Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: n}}},
	}
}

// named announces another callback.
func named(id string) func(*announcement.Announcement) {
	return func(a *announcement.Announcement) { a.CallbackID = id }
}

// require binds a callback to a requirement, as a queue's policy does on arrival.
func require(d *testDesk, id callbacks.ID, r callbacks.Requirement) {
	d.T.Helper()
	storetest.Change(d.T, d.Store, id, func(c *callbacks.Case) error {
		c.Requirement = r
		return nil
	})
}

// TestSignatureWaits: the first of two signatures sends nothing; the second decides.
func TestSignatureWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	told := d.Invalidations.Count()
	waiting, err := d.Decide(desktest.Mara, c.ID, "approve", "Fine by me.")
	if err != nil {
		t.Fatal(err)
	}
	if waiting.State != callbacks.Pending || waiting.Revision != c.Revision+2 || waiting.SignatureCount != 1 || !waiting.WaitingSince.Equal(d.Clock.Now()) {
		t.Errorf("after the first signature: %+v", waiting)
	}
	if d.Invalidations.Count() != told+1 {
		t.Error("open pages were not told")
	}
	if _, err := d.Store.Delivery(d.Ctx, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a delivery exists: %v", err)
	}
	decided, err := d.Decide(desktest.Dana, c.ID, "approve", "")
	if err != nil || decided.State != callbacks.Decided || decided.Decision.By != desktest.Dana.Actor() || !decided.WaitingSince.Equal(waiting.WaitingSince) {
		t.Fatalf("after the last signature: %+v, %v", decided, err)
	}
	signatures, err := d.Store.Signatures(d.Ctx, c.ID)
	if err != nil || len(signatures) != 2 || signatures[0].Comment != "Fine by me." || signatures[1].By != desktest.Dana.Actor() {
		t.Errorf("on record: %+v, %v", signatures, err)
	}
	want := []callbacks.Action{callbacks.ActionDecided, callbacks.ActionSigned, callbacks.ActionSigned, callbacks.ActionReceived}
	callbackstest.Same(t, "audit", storetest.AuditOf(t, d.Store, c.ID), want)
	signed := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionSigned})
	for i, by := range []string{"dana", "mara"} {
		callbackstest.Same(t, "the audit of "+by, signed[i].Facts.Signature, &callbacks.Signed{
			By: by, Outcome: "Approve", Stance: callbacks.For, Rule: "large expenses", Has: 2 - i, Needs: 2,
		})
	}
}

// TestSignaturesAgainst: where two have to be against a request, the record has both.
func TestSignaturesAgainst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	both := asks(1)
	both.Against = 2
	require(d, c.ID, both)
	d.MustDecide(desktest.Mara, c.ID, "reject", "No budget.")
	if state := d.Get(c.ID).State; state != callbacks.Pending {
		t.Errorf("after one: %s", state)
	}
	d.MustDecide(desktest.Dana, c.ID, "reject", "Nor time.")
	want := []callbacks.Action{callbacks.ActionDecided, callbacks.ActionSigned, callbacks.ActionSigned, callbacks.ActionReceived}
	callbackstest.Same(t, "audit", storetest.AuditOf(t, d.Store, c.ID), want)
}

// TestVetoWaitedForNobody: a rejection by one person after an approval is no decision that several
// people signed.
func TestVetoWaitedForNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(3))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if d.Get(c.ID).WaitingSince.IsZero() {
		t.Error("the approval waits for nobody")
	}
	d.Clock.Advance(time.Minute)
	vetoed, err := d.Decide(desktest.Dana, c.ID, "reject", "No budget.")
	if err != nil || vetoed.State != callbacks.Decided || !vetoed.WaitingSince.IsZero() || !d.Get(c.ID).WaitingSince.IsZero() {
		t.Errorf("after the veto: %+v, %v", vetoed, err)
	}
}

// TestPageOfSignatures: sheet, previews and rows say to each reader what stands and what their own
// signature would do.
func TestPageOfSignatures(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	sheet, shown := sheetOf(d, t, desktest.Mara, c.ID)
	if len(sheet.Signatures) != 0 || !sheet.Why.Can() || shown["approve"].Sends || !shown["reject"].Sends || shown["approve"].Tally.Needs != 2 {
		t.Errorf("before: %+v %+v", sheet.Standing, shown)
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	sheet, shown = sheetOf(d, t, desktest.Mara, c.ID)
	if failed, _ := sheet.Why.Failed(); failed.Code != callbacks.CodeAlreadySigned || shown["approve"].Why.Can() || !shown["reject"].Why.Can() {
		t.Errorf("to who signed: %+v", sheet.Why)
	}
	sheet, shown = sheetOf(d, t, desktest.Dana, c.ID)
	if leading := sheet.Standing.Leading(); leading.Has != 1 || leading.Needs != 2 || len(sheet.Signatures) != 1 || !sheet.Why.Can() {
		t.Errorf("to the second: %+v %+v", leading, sheet.Why)
	}
	if approve := shown["approve"]; !approve.Sends || approve.Tally.Has != 1 || !approve.Why.Can() {
		t.Errorf("to the second: %+v", approve)
	}
	for who, want := range map[*callbacks.Person]desk.Signing{
		&desktest.Mara: {Has: 1, Needs: 2, Signed: true}, &desktest.Dana: {Has: 1, Needs: 2, May: true},
	} {
		page, err := d.Service.List(d.Ctx, *who, desk.Filter{Scope: desk.ScopeAvailable})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Signing != want {
			t.Errorf("the row of %s: %+v, %v; want %+v", who.Name, page.Rows, err, want)
		}
	}
}

// sheetOf reads a callback's page with its previews by outcome.
func sheetOf(d *testDesk, t *testing.T, p callbacks.Person, id callbacks.ID) (desk.Sheet, map[string]desk.Preview) {
	t.Helper()
	sheet, err := d.Service.Sheet(d.Ctx, p, id)
	if err != nil {
		t.Fatal(err)
	}
	previews, err := d.Service.Previews(d.Ctx, p, &sheet, callbacks.Choice{Comment: "No."})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]desk.Preview{}
	for _, preview := range previews {
		shown[preview.Outcome.Name] = preview
	}
	return sheet, shown
}

// TestPressDoesWhatThePageSaid: a press that was to wait never sends, and one that was to send
// never waits.
func TestPressDoesWhatThePageSaid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	press := func(p callbacks.Person, sends bool) error {
		choice := callbacks.Choice{Outcome: "approve", Sends: sends}
		shown, err := d.Service.Preview(d.Ctx, p, c.ID, choice)
		if err != nil {
			t.Fatal(err)
		}
		choice.PreparedAt = shown.PreparedAt
		_, err = d.Service.Sign(d.Ctx, p, c.ID, choice, shown.Seen)
		return err
	}
	if err := press(desktest.Mara, true); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("a first signature that was to send: %v", err)
	}
	if err := press(desktest.Mara, false); err != nil {
		t.Fatal(err)
	}
	if err := press(desktest.Dana, false); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("a last signature that was to wait: %v", err)
	}
	d.WantState(c.ID, callbacks.Pending)
	if err := press(desktest.Dana, true); err != nil {
		t.Fatal(err)
	}
	d.WantState(c.ID, callbacks.Decided)
}

// TestSamePressAgain: a press whose answer was lost is repeated, and signs once, also if the last
// signature came meanwhile; one that says something else is another press.
func TestSamePressAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	choice := callbacks.Choice{Outcome: "approve", Comment: "Fine."}
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = shown.PreparedAt
	press := func(p callbacks.Person, choice callbacks.Choice, want error) {
		t.Helper()
		if _, err := d.Service.Sign(d.Ctx, p, c.ID, choice, shown.Seen); !errors.Is(err, want) {
			t.Errorf("%s presses again: %v, want %v", p.Name, err, want)
		}
	}
	press(desktest.Mara, choice, nil)
	press(desktest.Mara, choice, desk.ErrSignedAlready)
	if got := d.Get(c.ID); got.SignatureCount != 1 {
		t.Errorf("%d signatures", got.SignatureCount)
	}
	if _, err := d.Decide(desktest.Mara, c.ID, "approve", "Another word."); reasonOf(err) != "already_signed" {
		t.Errorf("got %v", err)
	}
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	press(desktest.Mara, choice, desk.ErrSignedAlready)
	press(desktest.Dana, choice, callbacks.ErrConflict)
	choice.Comment = "Another word."
	press(desktest.Mara, choice, callbacks.ErrConflict)
}

// TestTooLateIsAConflict: a press on what is decided is a conflict, however old its preview is.
func TestTooLateIsAConflict(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	d.Clock.Advance(time.Hour)
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, "of long ago"); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
}
