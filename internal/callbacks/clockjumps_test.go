package callbacks_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// These tests set the desk's clock by five minutes, as a machine does that finds its time server again. Lambda's own goes on.
const jump = 5 * time.Minute

// TestAheadOfATimeout: the history says that the callback is open, so it waits, and can be decided once the clock is right.
func TestAheadOfATimeout(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*callbacks.Announcement){
		"Timeout":   func(a *callbacks.Announcement) { a.Timeout = 3 * time.Minute },
		"Execution": func(a *callbacks.Announcement) { a.ExecutionDeadline = time.Date(2026, 11, 24, 13, 3, 0, 0, time.UTC) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.announce(change)
			d.clock.Advance(jump)
			d.sweep()
			d.wantState(c.ID, callbacks.Pending)
			d.clock.Advance(-jump)
			d.mustDecide(mara, c.ID, "approve", "")
			d.deliver()
			d.wantState(c.ID, callbacks.Completed)
			if n := len(d.lambda.sent()); n != 1 {
				t.Errorf("Lambda was called %d times", n)
			}
		})
	}
}

// TestAheadWithoutEnd: a history that has the callback open is believed, for however long, and asked less and less often.
func TestAheadWithoutEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.clock.Advance(time.Hour + callbacks.SweepGrace)
	for range 120 {
		d.sweep()
		d.clock.Advance(30 * time.Second)
	}
	d.wantState(c.ID, callbacks.Pending)
	if d.lambda.asked > 25 {
		t.Errorf("asked %d times in an hour", d.lambda.asked)
	}
	d.lambda.close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4})
	d.clock.Advance(6 * time.Minute)
	d.sweep()
	d.wantState(c.ID, callbacks.TimedOut)
}

// TestSetBackDuringAReview: beats that were scheduled by the wrong clock do not wait until it is that late again.
func TestSetBackDuringAReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	renew := d.renewal(mara, c.ID, d.open(mara, c.ID).Review.ID, callbacks.SignOfLife{Input: true})
	d.beat()
	d.live(time.Minute, renew)
	before := d.lambda.beatCount()
	d.clock.Advance(-jump)
	d.live(time.Minute, renew)
	if n := d.lambda.beatCount() - before; n != 3 {
		t.Errorf("%d beats in the minute after the clock was set back, want 3", n)
	}
	d.wantState(c.ID, callbacks.Pending)
}

// TestSetBackInAQueue: the same where no page is open that would renew anything.
func TestSetBackInAQueue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(func(a *callbacks.Announcement) {
		withHeartbeat(a)
		a.KeepAlive = callbacks.KeepAliveQueued
	})
	d.live(time.Minute)
	before := d.lambda.beatCount()
	d.clock.Advance(-jump)
	d.live(time.Minute)
	if n := d.lambda.beatCount() - before; n < 3 {
		t.Errorf("%d beats in the minute after the clock was set back, want 3", n)
	}
	d.wantState(c.ID, callbacks.Pending)
}

// TestSetAheadDuringAReview: leases run out at once, the page opens its review again, and no beat is missed.
func TestSetAheadDuringAReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	renew := d.renewal(mara, c.ID, d.open(mara, c.ID).Review.ID, callbacks.SignOfLife{})
	d.beat()
	d.clock.Advance(jump)
	d.sweep()
	d.wantState(c.ID, callbacks.Pending)
	if err := renew(); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("renewing gives %v, want that the page opens another review", err)
	}
	d.open(mara, c.ID)
	d.beat()
	d.live(time.Minute, d.renewal(mara, c.ID, mustReview(t, d, c.ID), callbacks.SignOfLife{}))
	if n := d.lambda.beatCount(); n < 4 {
		t.Errorf("%d beats, want one before the jump and three a minute after it", n)
	}
	d.wantState(c.ID, callbacks.Pending)
}

// TestAheadDuringADelivery: the lease of a call under way has run out by the clock, so that another call is made. Lambda takes
// one of them, and the record agrees.
func TestAheadDuringADelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	d.mustDecide(mara, c.ID, "approve", "")
	first, err := d.store.ClaimDeliveries(d.ctx, d.clock.Now(), callbacks.Lease{Owner: "first", Until: d.clock.Now().Add(callbacks.DeliveryLease)}, 1, nil)
	if err != nil || len(first) != 1 {
		t.Fatalf("claimed %v, %v", first, err)
	}
	if err := d.lambda.Complete(d.ctx, c.Target(), first[0].Delivery.Completion); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(jump)
	d.deliver() // by another, before the first has written down its answer
	d.clock.Advance(-jump)
	_, err = d.store.FinishDelivery(d.ctx, "first", callbacks.Attempt{Number: 1, Answer: callbacks.AnswerAccepted}, c.ID,
		func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error) {
			return callbacks.AuditEntry{}, nil
		})
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("the first finishes with %v, want that it has lost its lease", err)
	}
	got := d.wantState(c.ID, callbacks.Completed)
	if sent := d.lambda.sent(); len(sent) != 2 || sent[0].SHA256() != sent[1].SHA256() || d.lambda.accepted.SHA256() != got.Decision.SHA256 {
		t.Errorf("Lambda was sent %+v and took %+v", sent, d.lambda.accepted)
	}
}

// TestSetBackAfterAPreview: a preview of a minute that is still to come is shown again, and decides nothing.
func TestSetBackAfterAPreview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(nil)
	choice := callbacks.Choice{Outcome: "approve"}
	seen, err := d.service.Preview(d.ctx, mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	d.clock.Advance(-jump)
	if _, err := d.service.Decide(d.ctx, mara, c.ID, choice, seen.Completion.SHA256()); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	d.wantState(c.ID, callbacks.Pending)
	d.mustDecide(mara, c.ID, "approve", "")
	d.wantState(c.ID, callbacks.Decided)
}
