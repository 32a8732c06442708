package upkeep_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/upkeep"
)

// These tests set the desk's clock by five minutes, as a machine does that finds its time server
// again. Lambda's own goes on.
const jump = 5 * time.Minute

// TestAheadOfATimeout: the history says that the callback is open, so it waits, and can be decided
// once the clock is right.
func TestAheadOfATimeout(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*announcement.Announcement){
		"Timeout": func(a *announcement.Announcement) { a.Timeout = 3 * time.Minute },
		"Execution": func(a *announcement.Announcement) {
			a.ExecutionDeadline = time.Date(2026, 11, 24, 13, 3, 0, 0, time.UTC)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(change)
			d.Clock.Advance(jump)
			d.Expire()
			d.WantState(c.ID, callbacks.Pending)
			d.Clock.Advance(-jump)
			d.MustDecide(desktest.Mara, c.ID, "approve", "")
			d.Deliver()
			d.WantState(c.ID, callbacks.Completed)
			if n := len(d.Lambda.Sent()); n != 1 {
				t.Errorf("Lambda was called %d times", n)
			}
		})
	}
}

// TestAheadWithoutEnd: a history that has the callback open is believed, for however long, and
// asked less and less often.
func TestAheadWithoutEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.Clock.Advance(time.Hour + upkeep.Grace)
	for range 120 {
		d.Expire()
		d.Clock.Advance(30 * time.Second)
	}
	d.WantState(c.ID, callbacks.Pending)
	if d.Lambda.Asked > 25 {
		t.Errorf("asked %d times in an hour", d.Lambda.Asked)
	}
	d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4})
	d.Clock.Advance(6 * time.Minute)
	d.Expire()
	d.WantState(c.ID, callbacks.TimedOut)
}

// TestSetBackDuringAReview: beats that were scheduled by the wrong clock do not wait until it is
// that late again.
func TestSetBackDuringAReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	renew := d.Renewal(desktest.Mara, c.ID, d.Open(desktest.Mara, c.ID).Review.ID, callbacks.SignOfLife{Input: true})
	d.Beat()
	d.Live(time.Minute, renew)
	before := d.Lambda.BeatCount()
	d.Clock.Advance(-jump)
	d.Live(time.Minute, renew)
	if n := d.Lambda.BeatCount() - before; n != 3 {
		t.Errorf("%d beats in the minute after the clock was set back, want 3", n)
	}
	d.WantState(c.ID, callbacks.Pending)
}

// TestSetBackInAQueue: the same where no page is open that would renew anything.
func TestSetBackInAQueue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		desktest.WithHeartbeat(a)
		a.KeepAlive = callbacks.KeepAliveQueued
	})
	d.Live(time.Minute)
	before := d.Lambda.BeatCount()
	d.Clock.Advance(-jump)
	d.Live(time.Minute)
	if n := d.Lambda.BeatCount() - before; n < 3 {
		t.Errorf("%d beats in the minute after the clock was set back, want 3", n)
	}
	d.WantState(c.ID, callbacks.Pending)
}

// TestSetAheadDuringAReview: leases run out at once, the page opens its review again, and no beat
// is missed.
func TestSetAheadDuringAReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	renew := d.Renewal(desktest.Mara, c.ID, d.Open(desktest.Mara, c.ID).Review.ID, callbacks.SignOfLife{})
	d.Beat()
	d.Clock.Advance(jump)
	d.Expire()
	d.WantState(c.ID, callbacks.Pending)
	if err := renew(); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("renewing gives %v, want that the page opens another review", err)
	}
	d.Open(desktest.Mara, c.ID)
	d.Beat()
	d.Live(time.Minute, d.Renewal(desktest.Mara, c.ID, mustReview(t, d, c.ID), callbacks.SignOfLife{}))
	if n := d.Lambda.BeatCount(); n < 4 {
		t.Errorf("%d beats, want one before the jump and three a minute after it", n)
	}
	d.WantState(c.ID, callbacks.Pending)
}

// TestAheadDuringADelivery: the lease of a call under way has run out by the clock, so that another
// call is made. Lambda takes one of them, and the record agrees.
func TestAheadDuringADelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	first, err := d.Store.ClaimDeliveries(d.Ctx, d.Clock.Now(), callbacks.Lease{Owner: "first", Until: d.Clock.Now().Add(time.Minute)}, 1, nil)
	if err != nil || len(first) != 1 {
		t.Fatalf("claimed %v, %v", first, err)
	}
	if err := d.Lambda.Complete(d.Ctx, c.Target(), first[0].Delivery.Completion); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(jump)
	d.Deliver() // by another, before the first has written down its answer
	d.Clock.Advance(-jump)
	_, err = d.Store.Change(d.Ctx, c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		return c.Delivery.Release("first", 1)
	})
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("the first finishes with %v, want that it has lost its lease", err)
	}
	got := d.WantState(c.ID, callbacks.Completed)
	if sent := d.Lambda.Sent(); len(sent) != 2 || sent[0].SHA256() != sent[1].SHA256() || d.Lambda.Accepted.SHA256() != got.Decision.SHA256 {
		t.Errorf("Lambda was sent %+v and took %+v", sent, d.Lambda.Accepted)
	}
}

// TestSetBackAfterAPreview: a preview of a minute that is still to come is shown again, and decides
// nothing.
func TestSetBackAfterAPreview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	seen, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	d.Clock.Advance(-jump)
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, seen.Completion.SHA256()); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	d.WantState(c.ID, callbacks.Pending)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.WantState(c.ID, callbacks.Decided)
}
