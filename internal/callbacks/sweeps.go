package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"countersign/internal/worker"
)

const (
	// sweepGrace is how long after a deadline the sweep waits: a beat or a decision that was in time may still be on its way
	// to the database.
	sweepGrace = 2 * time.Second
	// messageMemory is how long a webhook message ID is known; senders give up long before.
	messageMemory = 7 * 24 * time.Hour
	sweepBatch    = 200
	sweepsAtOnce  = 16
	// A history that does not answer holds up the round, so that it is not waited for long, and few of one lane at once.
	sweepTimeout    = 5 * time.Second
	sweepsInOneLane = 4
)

// Sweeps is the worker that notices what happens by itself: clocks that run out, reviews that nobody renews.
type Sweeps struct {
	store     Store
	histories *histories
	notify    Notifier
	log       *slog.Logger
	now       func() time.Time
	wake      worker.Alarm
	after     ID // the last one of a round that did not come to the end of what is expired
	pauses    *pauses
	pace      *pace
}

// NewSweeps makes the worker.
func NewSweeps(c WorkerConfig) *Sweeps {
	return &Sweeps{
		store: c.Store, histories: newHistories(c, sweepsInOneLane), notify: c.Notify, log: c.Log, now: c.Now, wake: worker.NewAlarm(),
		pauses: newPauses(), pace: newPace(c.Purses.rate),
	}
}

// Run sweeps until ctx ends.
func (s *Sweeps) Run(ctx context.Context) {
	worker.Loop{Name: "sweeps", Log: s.log, Now: s.now, Wake: s.wake, Round: s.runOnce}.Run(ctx)
}

// runOnce ends what is past its deadline, closes reviews that nobody renewed, and forgets old messages.
func (s *Sweeps) runOnce(ctx context.Context) (time.Time, error) {
	now := s.now()
	if err := s.closeReviews(ctx, now); err != nil {
		return time.Time{}, err
	}
	expired, err := s.store.Expired(ctx, now.Add(-sweepGrace), s.after, sweepBatch)
	if err != nil {
		return time.Time{}, fmt.Errorf("find expired callbacks: %w", err)
	}
	waiting := s.expireAll(ctx, expired)
	if err := s.store.ForgetMessages(ctx, now.Add(-messageMemory), sweepBatch); err != nil {
		return time.Time{}, fmt.Errorf("forget messages: %w", err)
	}
	// The next round looks behind these: they may all wait for a lane that is throttled, and others must not wait with them.
	s.after = ""
	if len(expired) == sweepBatch {
		s.after = expired[sweepBatch-1]
	} else {
		s.pauses.forget(now)
	}
	switch {
	case waiting:
		return now.Add(worker.RetryInterval), nil
	case s.after != "":
		return now, nil
	}
	next, err := s.store.NextDeadline(ctx)
	if err != nil || next.IsZero() {
		return time.Time{}, err
	}
	return next.Add(sweepGrace), nil
}

// expireAll ends callbacks, several at once because Lambda may be asked about each. waiting says that some have to be looked at
// again.
func (s *Sweeps) expireAll(ctx context.Context, ids []ID) (waiting bool) {
	var group sync.WaitGroup
	var left atomic.Bool
	slots := make(chan struct{}, sweepsAtOnce)
	for _, id := range ids {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			again, err := s.expire(ctx, id)
			if err != nil {
				s.log.ErrorContext(ctx, "callback past its deadline not ended; tried again", "callback", id, "error", err)
			}
			if again || err != nil {
				left.Store(true)
			}
		})
	}
	group.Wait()
	return left.Load()
}

func (s *Sweeps) closeReviews(ctx context.Context, now time.Time) error {
	left, err := s.store.CloseReviews(ctx, now.Add(-ReviewLease), now, sweepBatch)
	if err != nil {
		return fmt.Errorf("close reviews: %w", err)
	}
	for _, c := range left {
		if err := s.stopHeartbeats(ctx, c, now); err != nil {
			return err
		}
		s.notify.Changed(Notice{Callback: c.ID, Queue: c.Queue})
	}
	return nil
}

// stopHeartbeats ends the beats of a callback that nobody reviews any more. The next beat would notice it too, but that may be
// far off, and until then lists would count the callback among those that are kept alive.
func (s *Sweeps) stopHeartbeats(ctx context.Context, c Callback, now time.Time) error {
	if c.NextHeartbeatAt.IsZero() || c.WantsHeartbeats(now) {
		return nil
	}
	_, err := s.store.Review(ctx, c.ID, func(c *Callback, _ []Review) ([]Review, AuditEntry, error) {
		c.StopHeartbeats(now)
		return nil, AuditEntry{}, nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("stop heartbeats of %s: %w", c.ID, err)
	}
	return nil
}

// expire ends one callback. Before it is buried by a clock the history is asked, where it can be: the heartbeat clock is only a
// lower bound, because other clients may beat too, the others are as they were announced, and our own may be ahead of Lambda's.
// again says that it could not tell yet, or has the callback open.
func (s *Sweeps) expire(ctx context.Context, id ID) (again bool, err error) {
	if s.pauses.under(id, s.now()) {
		return true, nil
	}
	c, err := s.store.Get(ctx, id)
	if err != nil {
		return false, err
	}
	call, cancel := context.WithTimeout(ctx, sweepTimeout)
	defer cancel()
	target := c.Target()
	found := s.histories.ask(call, target)
	c, err = s.store.Update(ctx, id, func(c *Callback) (change Change, err error) {
		change.Audit, again, err = c.expire(found, s.pauses.patient(id, found), s.now())
		return change, err
	})
	if again {
		s.putOff(id, line{s.histories.lanes.Of(target), urgent}, found)
	}
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return again, nil // decided or closed meanwhile, or not yet known
	}
	if err != nil {
		return false, err
	}
	s.notify.Changed(Notice{Callback: c.ID, Queue: c.Queue})
	return false, nil
}

// putOff plans when a callback is asked about again: where there was no budget, in its turn.
func (s *Sweeps) putOff(id ID, l line, found finding) {
	now := s.now()
	var slot time.Time
	if found.history == historyPutOff {
		slot = s.pace.slot(l, now, now.Add(found.again))
	}
	s.pauses.put(id, now, slot, found)
}

// expire ends a pending callback past its deadline as its history says, and by our clock only where there is none to be had.
// [ErrConflict] where that is not to be done; then again says whether to ask later.
func (c *Callback) expire(found finding, patient bool, now time.Time) (entry AuditEntry, again bool, err error) {
	_, cause := c.Deadline()
	open := found.history == historyRead && found.closing.Open
	waits := open || found.history == historyPutOff || patient
	switch by := System("sweeps"); {
	case c.State != Pending || !c.Overdue(now):
		return entry, false, ErrConflict
	case open && cause == CauseHeartbeat: // somebody else keeps it alive: the clock runs anew from here
		c.Clocks.SeenOpenAt = now
		return entry, false, nil
	case waits:
		return entry, true, ErrConflict
	case found.history == historyRead:
		entry, err = c.Close(c.endedElsewhere(found.closing, now), now, by)
		return entry, false, err
	case cause == CauseHeartbeat && c.mayLiveOn(now):
		return entry, true, ErrConflict
	default:
		entry, err = c.TimeOut(now, by)
		return entry, false, err
	}
}
