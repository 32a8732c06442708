package callbacks_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func TestOneBeatPerThirdHoweverManyReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	d.beat()
	if n := d.lambda.beatCount(); n != 0 {
		t.Fatalf("%d beats although nobody reviews", n)
	}
	input := callbacks.SignOfLife{Input: true}
	var renewals []func() error
	for _, who := range []callbacks.Person{mara, mara, dana} {
		renewals = append(renewals, d.renewal(who, c.ID, d.open(who, c.ID).Review.ID, input))
	}
	d.beat()
	d.live(3*time.Minute, renewals...)
	if n := d.lambda.beatCount(); n != 10 { // at once, then every 20 s for three minutes
		t.Errorf("%d beats in three minutes, want 10", n)
	}
	if got := d.get(c.ID); got.Heartbeats != 10 || got.State != callbacks.Pending {
		t.Errorf("recorded %d beats, state %s", got.Heartbeats, got.State)
	}
}

func TestBeatsStop(t *testing.T) {
	t.Parallel()
	t.Run("OnRelease", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(withHeartbeat)
		status := d.open(mara, c.ID)
		d.beat()
		if err := d.service.ReleaseReview(d.ctx, mara, c.ID, status.Review.ID); err != nil {
			t.Fatal(err)
		}
		d.live(50 * time.Second)
		if n := d.lambda.beatCount(); n != 1 {
			t.Errorf("%d beats, want none after the release", n)
		}
	})
	t.Run("WhenTheTabDies", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(func(a *callbacks.Announcement) { a.HeartbeatTimeout = 3 * time.Minute })
		d.open(mara, c.ID)
		d.beat()
		d.live(2 * time.Minute)
		if n := d.lambda.beatCount(); n != 1 {
			t.Errorf("%d beats, want none after the lease of 30 s", n)
		}
		if reviews, err := d.store.Reviews(d.ctx, c.ID); err != nil || len(reviews) != 0 {
			t.Errorf("reviews %v, %v; want the dead one closed", reviews, err)
		}
	})
	t.Run("WhenTheBudgetIsUsedUp", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.announce(func(a *callbacks.Announcement) { a.HeartbeatTimeout, a.Timeout = 3*time.Minute, 3*time.Hour })
		renew := d.renewal(mara, c.ID, d.open(mara, c.ID).Review.ID, callbacks.SignOfLife{})
		d.beat()
		d.live(34*time.Minute, renew)
		before := d.lambda.beatCount()
		if before != 33 && before != 32 { // every minute until the 32nd
			t.Errorf("%d beats without input, want them to stop after 32 minutes", before)
		}
		if err := d.renewal(mara, c.ID, mustReview(t, d, c.ID), callbacks.SignOfLife{Still: true})(); err != nil {
			t.Fatal(err)
		}
		d.beat()
		if n := d.lambda.beatCount(); n != before+1 {
			t.Errorf("%d beats after the answer, want one more than %d", n, before)
		}
	})
}

func mustReview(t *testing.T, d *desk, id callbacks.ID) callbacks.ID {
	t.Helper()
	reviews, err := d.store.Reviews(d.ctx, id)
	if err != nil || len(reviews) != 1 {
		t.Fatalf("reviews are %v, %v; want one", reviews, err)
	}
	return reviews[0].ID
}

func TestQueuedBeatsFromArrival(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.announce(func(a *callbacks.Announcement) { withHeartbeat(a); a.KeepAlive = callbacks.KeepAliveQueued })
	d.beat()
	d.live(2 * time.Minute)
	if n := d.lambda.beatCount(); n != 7 {
		t.Errorf("%d beats in two minutes, want 7", n)
	}
}

func TestThrottledBeatIsRetriedInsideTheClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.lambda.faults = []callbacks.Answer{callbacks.AnswerThrottled, callbacks.AnswerFault}
	c := d.announce(withHeartbeat)
	d.open(mara, c.ID)
	d.live(15 * time.Second)
	if n := d.lambda.beatCount(); n != 1 {
		t.Errorf("%d beats arrived within 15 s, want one after two failures", n)
	}
}

func TestBeatsGoOnWhileADecisionWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(withHeartbeat)
	d.mustDecide(mara, c.ID, "approve", "")
	d.beat()
	d.live(time.Minute) // no delivery worker runs: Lambda does not answer
	if n := d.lambda.beatCount(); n != 4 {
		t.Errorf("%d beats in a minute, want 4", n)
	}
	d.deliver()
	d.live(time.Minute)
	if n := d.lambda.beatCount(); n != 4 {
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
			c := d.announce(withHeartbeat)
			d.open(mara, c.ID)
			d.lambda.close(tt.closing)
			d.beat()
			got := d.wantState(c.ID, tt.want)
			if got.Ending.By != tt.closing.By || got.Ending.Cause != tt.closing.Cause {
				t.Errorf("ending is %+v, want %+v", got.Ending, tt.closing)
			}
		})
	}
}

// TestOpeningAgainIsNoInput: a tab that sleeps and opens its review again by itself does not get a new budget.
func TestOpeningAgainIsNoInput(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.announce(func(a *callbacks.Announcement) { a.HeartbeatTimeout, a.Timeout = 90*time.Second, 12*time.Hour })
	d.open(mara, c.ID)
	for range 60 { // an hour of sleeping for a minute and opening again
		d.beat()
		d.clock.Advance(time.Minute)
		if _, err := d.service.OpenReview(d.ctx, mara, c.ID, callbacks.SignOfLife{}); err != nil {
			break // the callback ended by its heartbeat, as it should
		}
		if err := d.sweeps.RunOnce(d.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if last := d.lambda.lastBeat(); last.After(c.ReceivedAt.Add(33 * time.Minute)) {
		t.Errorf("a beat went out %v after the last input", last.Sub(c.ReceivedAt))
	}
}

// impatient is Lambda that notes how much time a call is given.
type impatient struct {
	*remote
	given func(until, asked time.Time)
}

func (m impatient) Heartbeat(ctx context.Context, to callbacks.Target) error {
	until, _ := ctx.Deadline()
	m.given(until, time.Now())
	return m.remote.Heartbeat(ctx, to)
}

// TestBeatThatHangs: a call that hangs leaves time for another one: it ends after half an interval, and after five seconds at most.
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
			workers := d.workers(impatient{d.lambda, func(until, asked time.Time) {
				calls++
				if until.Before(began.Add(limit)) || until.After(asked.Add(limit)) {
					t.Errorf("a call is given %v, want %v", until.Sub(asked), limit)
				}
			}}, rate)
			d.heartbeats = callbacks.NewHeartbeats(workers.upkeep)
			c := d.announce(func(a *callbacks.Announcement) { a.HeartbeatTimeout = timeout })
			d.open(mara, c.ID)
			began = time.Now()
			d.beat()
			if calls != 1 {
				t.Errorf("%d calls, want one", calls)
			}
		})
	}
}
