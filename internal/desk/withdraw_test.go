package desk_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// TestWithdraw: a signature that waits is taken back, with its reason on record; the person may
// sign again, and what decided stays.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "Fine.")
	d.Clock.Advance(time.Minute)
	told := d.Invalidations.Count()
	for range 2 { // the second press changes nothing
		got, err := d.Service.Withdraw(d.Ctx, desktest.Mara, c.ID, " The  receipt is of last year. ")
		if err != nil || got.State != callbacks.Pending || !got.WaitingSince.IsZero() {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if d.Invalidations.Count() != told+1 {
		t.Errorf("open pages were told %d times", d.Invalidations.Count()-told)
	}
	signatures, err := d.Store.Signatures(d.Ctx, c.ID)
	want := &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: d.Clock.Now(), Why: "The receipt is of last year."}
	if err != nil || len(signatures) != 1 || *signatures[0].End != *want {
		t.Errorf("on record: %+v, %v", signatures, err)
	}
	entry := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID})[0]
	if entry.Action != callbacks.ActionWithdrawn || entry.Actor != desktest.Mara.Actor() || entry.Facts.Signature.Has != 0 || entry.Facts.Reason != want.Why {
		t.Errorf("the audit has %+v", entry)
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "It is of this year after all.")
	d.WantState(c.ID, callbacks.Pending)
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
	if _, err := d.Service.Withdraw(d.Ctx, desktest.Mara, c.ID, "Too late."); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("after the decision: %v", err)
	}
}

func TestWithdrawRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	for name, tt := range map[string]struct {
		who    callbacks.Person
		reason string
		want   error
	}{
		"ErrStranger":  {desktest.Teo, "Why not.", callbacks.ErrNotFound},
		"ErrNotTheirs": {desktest.Dana, "Why not.", callbacks.ErrConflict},
		"ErrNoReason":  {desktest.Mara, " \u200b", errInvalid},
		"ErrTwoLines":  {desktest.Mara, "One\nand two", errInvalid},
	} {
		_, err := d.Service.Withdraw(d.Ctx, tt.who, c.ID, tt.reason)
		if faults := (fault.List{}); errors.As(err, &faults) && faults[0].Pointer == "reason" {
			err = errInvalid
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if got := d.Get(c.ID); got.SignatureCount != 1 || got.WaitingSince.IsZero() {
		t.Errorf("the signature does not wait any more: %+v", got)
	}
}

// TestSignAgain: who signs for something else replaces what they signed, and both stay on record.
func TestSignAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	r := asks(2)
	r.Against = 2
	require(d, c.ID, r)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Clock.Advance(time.Minute)
	d.MustDecide(desktest.Mara, c.ID, "reject", "The receipt is of last year.")
	sheet, _ := sheetOf(d, t, desktest.Mara, c.ID)
	if len(sheet.Signatures) != 2 || sheet.Fate(&sheet.Signatures[0]) != desk.FateReplaced || sheet.Fate(&sheet.Signatures[1]) != desk.FateWaiting {
		t.Errorf("on record: %+v", sheet.Signatures)
	}
	if sheet.Standing.Leading().Has != 0 || len(sheet.Standing.Tallies) != 1 || sheet.Standing.Tallies[0].Has != 1 {
		t.Errorf("they add up to %+v", sheet.Standing)
	}
}

// TestFates: each reads what became of their signature.
func TestFates(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	fate := func(want desk.Fate) {
		t.Helper()
		sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := sheet.Fate(&sheet.Signatures[0]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	fate(desk.FateWaiting)
	d.MustDecide(desktest.Dana, c.ID, "reject", "No receipt.")
	fate(desk.FateOutvoted)

	late := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.ExecutionARN = "b3RoZXI=", "" })
	require(d, late.ID, asks(2))
	d.MustDecide(desktest.Mara, late.ID, "approve", "")
	d.Clock.Advance(2 * time.Hour)
	d.Expire()
	d.WantState(late.ID, callbacks.TimedOut)
	c = late
	fate(desk.FateLate)
	sheet, _ := d.Service.Sheet(d.Ctx, desktest.Dana, c.ID)
	if tally := sheet.Standing.Leading(); tally.Has != 1 || tally.Needs != 2 {
		t.Errorf("at the end stood %+v", tally)
	}
	page, err := d.Service.List(d.Ctx, desktest.Dana, desk.Filter{Scope: desk.ScopeHistory})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Signing != (desk.Signing{Has: 1, Needs: 2}) {
		t.Errorf("the row says %+v, %v", page.Rows, err)
	}

	c = d.Announce(named("dGhpcmQ="))
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	fate(desk.FateDecided)
}

// TestWithdrawAfterLeaving: whoever left the groups of the queue does not see the request any more,
// and their signature does not become final by that.
func TestWithdrawAfterLeaving(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	left := desktest.Mara
	left.Groups = nil
	if _, err := d.Service.Sheet(d.Ctx, left, c.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("sees the request: %v", err)
	}
	for range 2 {
		if _, err := d.Service.Withdraw(d.Ctx, left, c.ID, "I changed teams."); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.Get(c.ID); !got.WaitingSince.IsZero() {
		t.Errorf("a signature still waits: %+v", got)
	}
}

// TestWithdrawAndAnotherSigns: who withdrew for good leaves those who sign later their whole time.
func TestWithdrawAndAnotherSigns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.KeepAlive, a.Timeout = callbacks.KeepAliveSigned, 48*time.Hour
	})
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if _, err := d.Service.Withdraw(d.Ctx, desktest.Mara, c.ID, "Not mine to say."); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(callbacks.DefaultReviewLimits.Max + time.Hour)
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
	now := d.Clock.Now()
	if got := d.Get(c.ID); !got.WaitingSince.Equal(now) || !got.HeldUntil.Equal(now.Add(callbacks.DefaultReviewLimits.Max)) {
		t.Errorf("waits since %v, is kept alive until %v; it is %v", got.WaitingSince, got.HeldUntil, now)
	}
}

// TestWithdrawAndSignAgain: that does not prolong how long a signature keeps the callback alive.
func TestWithdrawAndSignAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) { a.KeepAlive = callbacks.KeepAliveSigned })
	require(d, c.ID, asks(2))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	first := d.Clock.Now()
	for range 3 {
		d.Clock.Advance(20 * time.Minute)
		if _, err := d.Service.Withdraw(d.Ctx, desktest.Mara, c.ID, "Let me look again."); err != nil {
			t.Fatal(err)
		}
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		want := first.Add(callbacks.DefaultReviewLimits.Max)
		if got := d.Get(c.ID); !got.WaitingSince.Equal(first) || !got.HeldUntil.Equal(want) {
			t.Fatalf("waits since %v, is kept alive until %v, want %v and %v", got.WaitingSince, got.HeldUntil, first, want)
		}
	}
}
