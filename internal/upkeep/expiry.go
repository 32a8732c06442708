package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

const (
	// grace is how long expiry waits after a deadline: a heartbeat or a decision that was in time
	// may still be on its way to the database.
	grace = 2 * time.Second
	// messageMemory is how long a webhook message ID is kept; senders give up long before.
	messageMemory  = 7 * 24 * time.Hour
	batch          = 200
	expiriesAtOnce = 16
	// A history that does not answer delays the round, so expiry waits for it only briefly and
	// reads only few of one lane at once.
	expiryTimeout     = 5 * time.Second
	expiriesInOneLane = 4
)

// Expiry handles what happens by itself: clocks that run out and reviews that nobody renews.
type Expiry struct {
	store       Store
	histories   *history.Reader
	invalidator callbacks.Invalidator
	log         *slog.Logger
	now         func() time.Time
	wake        worker.Alarm
	// the last callback of a round that did not reach the end of the expired ones
	after  callbacks.ID
	pauses *pauses
	pace   *readquota.Pace
}

// NewExpiry makes the worker.
func NewExpiry(c Config) *Expiry {
	return &Expiry{
		store: c.Store, histories: history.NewReader(c.History, expiriesInOneLane), invalidator: c.Invalidator, log: c.Log, now: c.Now, wake: worker.NewAlarm(),
		pauses: newPauses(), pace: readquota.NewPace(c.History.Allowances.Rate()),
	}
}

// Run runs rounds of expiry until ctx ends.
func (s *Expiry) Run(ctx context.Context) {
	worker.Loop{Name: "expiry", Log: s.log, Now: s.now, Wake: s.wake, Round: s.runOnce}.Run(ctx)
}

// RunOnce runs one round.
func (s *Expiry) RunOnce(ctx context.Context) error {
	_, err := s.runOnce(ctx)
	return err
}

// runOnce ends callbacks past their deadline, closes reviews that nobody renewed, and deletes old
// messages.
func (s *Expiry) runOnce(ctx context.Context) (time.Time, error) {
	now := s.now()
	if err := s.closeReviews(ctx, now); err != nil {
		return time.Time{}, err
	}
	expired, err := s.store.Expired(ctx, now.Add(-grace), s.after, batch)
	if err != nil {
		return time.Time{}, fmt.Errorf("find expired callbacks: %w", err)
	}
	waiting := s.expireAll(ctx, expired)
	if err := s.store.ForgetMessages(ctx, now.Add(-messageMemory), batch); err != nil {
		return time.Time{}, fmt.Errorf("forget messages: %w", err)
	}
	// The next round begins after these: all of them may be waiting for a throttled lane, and
	// others must not wait with them.
	s.after = ""
	if len(expired) == batch {
		s.after = expired[batch-1]
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
	return next.Add(grace), nil
}

// expireAll ends callbacks, several at once because each may need a request to Lambda. waiting says
// that some have to be looked at again.
func (s *Expiry) expireAll(ctx context.Context, ids []callbacks.ID) (waiting bool) {
	var group sync.WaitGroup
	var left atomic.Bool
	slots := make(chan struct{}, expiriesAtOnce)
	for _, id := range ids {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			again, err := s.expire(ctx, id)
			if err != nil {
				s.log.ErrorContext(ctx, "a callback past its deadline was not ended; the next round tries again", "callback", id, "error", err)
			}
			if again || err != nil {
				left.Store(true)
			}
		})
	}
	group.Wait()
	return left.Load()
}

func (s *Expiry) closeReviews(ctx context.Context, now time.Time) error {
	left, err := s.store.CloseReviews(ctx, now.Add(-callbacks.ReviewLease), now, batch)
	if err != nil {
		return fmt.Errorf("close reviews: %w", err)
	}
	for _, c := range left {
		if err := s.stopHeartbeats(ctx, c, now); err != nil {
			return err
		}
		s.invalidator.Changed(c.Invalidation())
	}
	return nil
}

// stopHeartbeats stops the heartbeats of a callback that nobody reviews any more. The next
// heartbeat would notice it too, but that may be far off, and until then lists would count the
// callback as kept alive.
func (s *Expiry) stopHeartbeats(ctx context.Context, c callbacks.Callback, now time.Time) error {
	if c.NextHeartbeatAt.IsZero() || c.WantsHeartbeats(now) {
		return nil
	}
	_, err := s.store.Change(ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Bookkeeping = true
		c.StopHeartbeats(now)
		return nil
	})
	if err != nil && !errors.Is(err, callbacks.ErrNotFound) {
		return fmt.Errorf("stop heartbeats of %s: %w", c.ID, err)
	}
	return nil
}

// expire ends one callback. Before a clock ends it, expire asks the history, if it can: the
// heartbeat clock is only a lower bound, because other clients may send heartbeats too; the other
// clocks are as they were announced; and our own may be ahead of Lambda's. again says that the
// history could not tell yet, or shows the callback open.
func (s *Expiry) expire(ctx context.Context, id callbacks.ID) (again bool, err error) {
	if s.pauses.under(id, s.now()) {
		return true, nil
	}
	c, err := s.store.Get(ctx, id)
	if err != nil {
		return false, err
	}
	call, cancel := context.WithTimeout(ctx, expiryTimeout)
	defer cancel()
	target := c.Target()
	found := s.histories.Ask(call, target)
	c, err = s.store.Change(ctx, id, callbacks.Parts{}, func(c *callbacks.Case) (err error) {
		var entry callbacks.AuditEntry
		patient := s.pauses.patient(id, found)
		entry, again, err = c.Expire(found, patient, s.now(), callbacks.System("expiry"))
		return c.Record(entry, err)
	})
	if again {
		s.putOff(id, s.histories.Lane(target), found)
	}
	if errors.Is(err, callbacks.ErrConflict) || errors.Is(err, callbacks.ErrNotFound) {
		return again, nil // decided or closed in the meantime, or cannot be ended yet
	}
	if err != nil {
		return false, err
	}
	s.invalidator.Changed(c.Invalidation())
	return false, nil
}

// putOff plans when to ask about a callback again. If there was no read quota, the callback takes
// its turn.
func (s *Expiry) putOff(id callbacks.ID, lane arn.Lane, found callbacks.Finding) {
	now := s.now()
	var slot time.Time
	if found.History == callbacks.HistoryPutOff {
		slot = s.pace.Slot(lane, readquota.Urgent, now, now.Add(found.Again))
	}
	s.pauses.put(id, now, slot, found)
}
