package upkeep_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desktest"
	"countersign/internal/replies"
	"countersign/internal/upkeep"
)

func TestOneBeatPerThirdHoweverManyReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.Beat()
	if n := d.Lambda.BeatCount(); n != 0 {
		t.Fatalf("%d beats although nobody reviews", n)
	}
	input := callbacks.SignOfLife{Input: true}
	var renewals []func() error
	for _, who := range []callbacks.Person{desktest.Mara, desktest.Mara, desktest.Dana} {
		renewals = append(renewals, d.Renewal(who, c.ID, d.Open(who, c.ID).Review.ID, input))
	}
	d.Beat()
	d.Live(3*time.Minute, renewals...)
	if n := d.Lambda.BeatCount(); n != 10 { // at once, then every 20 s for three minutes
		t.Errorf("%d beats in three minutes, want 10", n)
	}
	if got := d.Get(c.ID); got.Heartbeats != 10 || got.State != callbacks.Pending {
		t.Errorf("recorded %d beats, state %s", got.Heartbeats, got.State)
	}
}

func TestBeatsStop(t *testing.T) {
	t.Parallel()
	t.Run("OnRelease", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(desktest.WithHeartbeat)
		status := d.Open(desktest.Mara, c.ID)
		d.Beat()
		if err := d.Service.ReleaseReview(d.Ctx, desktest.Mara, c.ID, status.Review.ID); err != nil {
			t.Fatal(err)
		}
		d.Live(50 * time.Second)
		if n := d.Lambda.BeatCount(); n != 1 {
			t.Errorf("%d beats, want none after the release", n)
		}
	})
	t.Run("WhenTheTabDies", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout = 3 * time.Minute })
		d.Open(desktest.Mara, c.ID)
		d.Beat()
		d.Live(2 * time.Minute)
		if n := d.Lambda.BeatCount(); n != 1 {
			t.Errorf("%d beats, want none after the lease of 30 s", n)
		}
		if reviews, err := d.Store.Reviews(d.Ctx, c.ID); err != nil || len(reviews) != 0 {
			t.Errorf("reviews %v, %v; want the dead one closed", reviews, err)
		}
	})
	t.Run("WhenTheBudgetIsUsedUp", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout, a.Timeout = 3*time.Minute, 3*time.Hour })
		renew := d.Renewal(desktest.Mara, c.ID, d.Open(desktest.Mara, c.ID).Review.ID, callbacks.SignOfLife{})
		d.Beat()
		d.Live(34*time.Minute, renew)
		before := d.Lambda.BeatCount()
		if before != 33 && before != 32 { // every minute until the 32nd
			t.Errorf("%d beats without input, want them to stop after 32 minutes", before)
		}
		if err := d.Renewal(desktest.Mara, c.ID, mustReview(t, d, c.ID), callbacks.SignOfLife{Still: true})(); err != nil {
			t.Fatal(err)
		}
		d.Beat()
		if n := d.Lambda.BeatCount(); n != before+1 {
			t.Errorf("%d beats after the answer, want one more than %d", n, before)
		}
	})
}

func mustReview(t *testing.T, d *testDesk, id callbacks.ID) callbacks.ID {
	t.Helper()
	reviews, err := d.Store.Reviews(d.Ctx, id)
	if err != nil || len(reviews) != 1 {
		t.Fatalf("reviews are %v, %v; want one", reviews, err)
	}
	return reviews[0].ID
}

func TestQueuedBeatsFromArrival(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Announce(func(a *announcement.Announcement) { desktest.WithHeartbeat(a); a.KeepAlive = callbacks.KeepAliveQueued })
	d.Beat()
	d.Live(2 * time.Minute)
	if n := d.Lambda.BeatCount(); n != 7 {
		t.Errorf("%d beats in two minutes, want 7", n)
	}
}

func TestThrottledBeatIsRetriedInsideTheClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Lambda.Faults = []replies.Reply{replies.Throttled, replies.Fault}
	c := d.Announce(desktest.WithHeartbeat)
	d.Open(desktest.Mara, c.ID)
	d.Live(15 * time.Second)
	if n := d.Lambda.BeatCount(); n != 1 {
		t.Errorf("%d beats arrived within 15 s, want one after two failures", n)
	}
}

func TestBeatsGoOnWhileADecisionWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Beat()
	d.Live(time.Minute) // no delivery worker runs: Lambda does not answer
	if n := d.Lambda.BeatCount(); n != 4 {
		t.Errorf("%d beats in a minute, want 4", n)
	}
	d.Deliver()
	d.Live(time.Minute)
	if n := d.Lambda.BeatCount(); n != 4 {
		t.Errorf("%d beats, want none after delivery", n)
	}
}

func TestClosedAsAnswerToABeat(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		closing callbacks.Closing
		want    callbacks.State
	}{
		"ByAnotherClient": {callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Success}}, callbacks.Closed},
		"ByTheClock":      {callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}, callbacks.TimedOut},
		"ByTheExecution":  {callbacks.Closing{By: callbacks.EndedByExecution}, callbacks.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(desktest.WithHeartbeat)
			d.Open(desktest.Mara, c.ID)
			d.Lambda.Close(tt.closing)
			d.Beat()
			got := d.WantState(c.ID, tt.want)
			if got.Ending.By != tt.closing.By || got.Ending.Cause != tt.closing.Cause {
				t.Errorf("ending is %+v, want %+v", got.Ending, tt.closing)
			}
		})
	}
}

// TestOpeningAgainIsNoInput: a tab that sleeps and opens its review again by itself does not get a
// new budget.
func TestOpeningAgainIsNoInput(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout, a.Timeout = 90*time.Second, 12*time.Hour })
	d.Open(desktest.Mara, c.ID)
	for range 60 { // an hour of sleeping for a minute and opening again
		d.Beat()
		d.Clock.Advance(time.Minute)
		if _, err := d.Service.OpenReview(d.Ctx, desktest.Mara, c.ID, callbacks.SignOfLife{}); err != nil {
			break // the callback ended by its heartbeat, as it should
		}
		if err := d.Expiry.RunOnce(d.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	if last := d.Lambda.LastHeartbeat(); last.After(c.ReceivedAt.Add(33 * time.Minute)) {
		t.Errorf("a beat went out %v after the last input", last.Sub(c.ReceivedAt))
	}
}

// impatient is Lambda that notes how much time a call is given.
type impatient struct {
	*desktest.Remote
	given func(until, asked time.Time)
}

func (m impatient) Heartbeat(ctx context.Context, to callbacks.Target) error {
	until, _ := ctx.Deadline()
	m.given(until, time.Now())
	return m.Remote.Heartbeat(ctx, to)
}

// TestBeatThatHangs: a call that hangs leaves time for another one: it ends after half an interval,
// and after five seconds at most.
func TestBeatThatHangs(t *testing.T) {
	t.Parallel()
	for timeout, limit := range map[time.Duration]time.Duration{
		3 * time.Second: 2 * time.Second, 12 * time.Second: 2 * time.Second, 18 * time.Second: 3 * time.Second,
		30 * time.Second: 5 * time.Second, time.Hour: 5 * time.Second,
	} {
		t.Run(timeout.String(), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			began, calls := time.Time{}, 0
			workers := d.Workers(impatient{d.Lambda, func(until, asked time.Time) {
				calls++
				if until.Before(began.Add(limit)) || until.After(asked.Add(limit)) {
					t.Errorf("a call is given %v, want %v", until.Sub(asked), limit)
				}
			}}, desktest.Rate)
			d.Heartbeats = upkeep.NewHeartbeats(workers.Upkeep)
			c := d.Announce(func(a *announcement.Announcement) { a.HeartbeatTimeout = timeout })
			d.Open(desktest.Mara, c.ID)
			began = time.Now()
			d.Beat()
			if calls != 1 {
				t.Errorf("%d calls, want one", calls)
			}
		})
	}
}
