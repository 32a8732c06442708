package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/internal/worker"
)

const (
	heartbeatsAtOnce = 64 // claimed at once
	// heartbeatsInCall is how many calls may be under way. A call takes five seconds at most, and a
	// callback with a heartbeat timeout of a minute has one heartbeat in twenty seconds: an account
	// that hangs takes all calls only if it has four thousand reviews.
	heartbeatsInCall = 1024
	heartbeatTimeout = 5 * time.Second  // of one call, at most
	readingTimeout   = 20 * time.Second // of the history, if Lambda says that it no longer waits
	writingTimeout   = 10 * time.Second // of recording the result
)

// Heartbeats is the worker that keeps callbacks alive. It sends one heartbeat per callback and
// interval, however many people, tabs and replicas there are.
type Heartbeats struct {
	store       Store
	lambda      callbacks.Lambda
	invalidator callbacks.Invalidator
	log         *slog.Logger
	now         func() time.Time

	jitter    func() float64
	looked    time.Time // when a round last began
	wake      worker.Alarm
	slots     chan struct{}
	calls     sync.WaitGroup
	histories *history.Reader
	fast      fastHeartbeats
}

// NewHeartbeats makes the worker.
func NewHeartbeats(c Config) *Heartbeats {
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	return &Heartbeats{
		store: c.Store, lambda: c.Lambda, invalidator: c.Invalidator, log: c.Log, now: c.Now, jitter: c.Jitter,
		wake: worker.NewAlarm(), slots: make(chan struct{}, heartbeatsInCall), histories: history.NewReader(c.History, history.ReadsAtOnce),
		fast: fastHeartbeats{log: c.Log, of: map[string]*fastSource{}},
	}
}

// Wake says that a heartbeat may be due now. It never blocks.
func (h *Heartbeats) Wake() { h.wake.Ring() }

// Run sends heartbeats until ctx ends. Calls under way then have a few seconds to finish.
func (h *Heartbeats) Run(ctx context.Context) {
	worker.Loop{Name: "heartbeats", Log: h.log, Now: h.now, Wake: h.wake, Round: func(round context.Context) (time.Time, error) {
		return h.runOnce(round, ctx)
	}}.Run(ctx)
	h.calls.Wait()
}

// RunOnce runs one round and waits for its calls.
func (h *Heartbeats) RunOnce(ctx context.Context) error {
	_, err := h.runOnce(ctx, ctx)
	h.calls.Wait()
	return err
}

// runOnce claims the heartbeats that are due and starts their calls, in the context calls. The
// claim also schedules the next heartbeat, so a crash costs at most one.
func (h *Heartbeats) runOnce(ctx, calls context.Context) (time.Time, error) {
	free := min(cap(h.slots)-len(h.slots), heartbeatsAtOnce)
	if free == 0 {
		return time.Time{}, nil // a call that ends wakes the loop
	}
	// Without the monotonic reading, which hides that the clock was set.
	now := h.now().Round(0)
	if now.Before(h.looked) {
		if err := h.store.HastenHeartbeats(ctx, now); err != nil {
			return time.Time{}, err
		}
	}
	h.looked = now
	claimed, err := h.store.ClaimHeartbeats(ctx, now, free)
	if err != nil {
		return time.Time{}, fmt.Errorf("claim heartbeats: %w", err)
	}
	for _, c := range claimed {
		if h.fast.over(&c, now) {
			continue // the claim has scheduled the next one
		}
		h.slots <- struct{}{}
		h.calls.Go(func() {
			defer h.release()
			if err := h.beat(calls, c); err != nil {
				h.log.ErrorContext(calls, "the result of a heartbeat was not recorded; the next claim sends it again", "callback", c.ID, "error", err)
			}
		})
	}
	if len(claimed) == free {
		// there may be more, and calls that have ended in the meantime woke nobody
		return h.now(), nil
	}
	return h.store.NextHeartbeat(ctx)
}

func (h *Heartbeats) release() {
	full := len(h.slots) == cap(h.slots)
	<-h.slots
	if full {
		h.Wake()
	}
}

// beat sends one heartbeat if it is still wanted, and records the result.
func (h *Heartbeats) beat(ctx context.Context, c callbacks.Callback) error {
	sent := h.now()
	if !c.WantsHeartbeats(sent) {
		_, err := h.change(ctx, c.ID, func(c *callbacks.Case) error {
			c.StopHeartbeats(h.now())
			return nil
		})
		return err
	}
	call, cancel := worker.Outlive(ctx, worker.StopCalls, callLimit(&c))
	defer cancel()
	reply := replies.Of(h.lambda.Heartbeat(call, c.Target()))
	if reply.Reply.MaybeClosed() {
		if settled, err := h.closed(ctx, c, reply.Reply); settled || err != nil {
			return err
		}
	}
	return h.note(ctx, c, sent, reply)
}

// note records whether Lambda accepted a heartbeat.
func (h *Heartbeats) note(ctx context.Context, c callbacks.Callback, sent time.Time, reply *replies.Error) error {
	taken := reply.Reply == replies.Accepted
	h.tell(ctx, c, reply)
	by, now := callbacks.System("heartbeats"), h.now()
	failed := callbacks.MissedHeartbeat{Sent: sent, Taken: c.Heartbeats, Reply: reply, Jitter: h.jitter()}
	updated, err := h.change(ctx, c.ID, func(c *callbacks.Case) error {
		if taken {
			return c.Record(c.Beat(sent, by), nil)
		}
		return c.Record(c.MissHeartbeat(failed, now, by), nil)
	})
	if err != nil {
		return err
	}
	if !taken {
		h.Wake() // it is sent again sooner than the claim planned
	}
	h.invalidator.Changed(updated.Invalidation())
	return nil
}

// tell logs the answer to a heartbeat. Only the first failure is a warning, because hundreds may
// follow.
func (h *Heartbeats) tell(ctx context.Context, c callbacks.Callback, reply *replies.Error) {
	switch failing := c.HeartbeatsFail(); {
	case reply.Reply == replies.Accepted && !failing:
		h.log.DebugContext(ctx, "heartbeat", "callback", c.ID)
	case reply.Reply == replies.Accepted:
		h.log.InfoContext(ctx, "Lambda accepts the heartbeats again", "callback", c.ID, "failed", c.MissedHeartbeats.Failed)
	case failing:
		h.log.DebugContext(ctx, "Lambda did not accept a heartbeat", "callback", c.ID, "error", reply)
	default:
		h.log.WarnContext(ctx, "Lambda did not accept a heartbeat; it is sent again", "callback", c.ID, "error", reply)
	}
}

// change records the result of a heartbeat, even if ctx ends in the meantime.
func (h *Heartbeats) change(
	ctx context.Context, id callbacks.ID, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	ctx, cancel := worker.Outlive(ctx, worker.StopWrites, writingTimeout)
	defer cancel()
	return h.store.Change(ctx, id, callbacks.Parts{}, change)
}

// closed settles a callback of which Lambda says that it no longer waits, or may no longer wait. If
// a decision is on its way, closed leaves the callback alone, because the answer to the delivery
// tells more. While the history does not show the end, the heartbeat counts as failed. If there is
// no history, an ambiguous answer settles nothing.
func (h *Heartbeats) closed(ctx context.Context, c callbacks.Callback, reply replies.Reply) (settled bool, err error) {
	call, cancel := worker.Outlive(ctx, worker.StopCalls, readingTimeout)
	defer cancel()
	found := h.histories.Ask(call, c.Target())
	ended := found.Ended()
	mayTell := found.History != callbacks.HistoryUnreadable || found.Denied() && c.MissedHeartbeats.Failed < history.DeniedReadings-1
	if !ended && (mayTell || reply == replies.MaybeClosed) {
		return false, nil
	}
	updated, err := h.change(ctx, c.ID, func(c *callbacks.Case) error {
		now := h.now()
		if c.State != callbacks.Pending {
			// the schedule set by the claim asks again an interval later
			return nil
		}
		ending := c.EndedAsAnswered(reply, found, now)
		return c.Record(c.Close(ending, now, callbacks.System("heartbeats")))
	})
	if errors.Is(err, callbacks.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return true, err
	}
	h.invalidator.Changed(updated.Invalidation())
	return true, nil
}

// callLimit bounds the call of one heartbeat, so that one that hangs leaves time for another.
func callLimit(c *callbacks.Callback) time.Duration {
	return min(max(c.HeartbeatInterval()/2, 2*time.Second), heartbeatTimeout)
}
