package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ExecutionEnded takes a source's word that an execution has ended: it closes what is pending in it, returns how many callbacks
// that were, and notes the end with those that our decisions completed. What is decided is left to its delivery, which learns
// from Lambda what became of it. It is idempotent: what is closed is not pending any more, and an end is noted once.
func (s *Service) ExecutionEnded(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) (closed int, err error) {
	for {
		ids, err := s.store.PendingIn(ctx, arn, sweepBatch)
		if err != nil {
			return closed, fmt.Errorf("find what is pending in an execution: %w", err)
		}
		for _, id := range ids {
			switch c, err := s.closeEnded(ctx, from, id, how, at); {
			case errors.Is(err, ErrConflict):
				continue // decided or closed meanwhile
			case err != nil:
				return closed, fmt.Errorf("close %s: %w", id, err)
			default:
				closed++
				s.changed(c)
			}
		}
		if len(ids) < sweepBatch {
			return closed, s.noteEnd(ctx, from, arn, how, at)
		}
	}
}

// closeEnded closes one callback around which its execution ended.
func (s *Service) closeEnded(ctx context.Context, from Actor, id ID, how ExecutionEnd, at time.Time) (Callback, error) {
	ending := Ending{By: EndedByExecution, At: at, Detail: endSentence[how]}
	if how == ExecutionTimedOut {
		ending.By, ending.Cause = EndedByClock, CauseExecution
	}
	return s.store.Update(ctx, id, func(c *Callback) (Change, error) {
		entry, err := c.Close(ending, s.now(), from)
		return Change{Audit: entry}, err
	})
}

// noteEnd notes the end of an execution with the callbacks in it that our decisions completed: their histories may not be
// readable, or not be read any more.
func (s *Service) noteEnd(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) error {
	var after ID
	for {
		ids, err := s.store.CompletedIn(ctx, arn, after, sweepBatch)
		if err != nil {
			return fmt.Errorf("find what is completed in an execution: %w", err)
		}
		for _, after = range ids {
			c, err := s.store.ChangeAftermath(ctx, after, func(c *Callback, d *Delivery) (AuditEntry, error) {
				return c.executionEnded(d, afterEnd[how], at, s.now(), from)
			})
			switch {
			case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound):
				continue // known already
			case err != nil:
				return fmt.Errorf("note the end of the execution with %s: %w", after, err)
			}
			s.changed(c)
		}
		if len(ids) < sweepBatch {
			s.deliveries.Wake()
			return nil
		}
	}
}

var afterEnd = map[ExecutionEnd]AfterStatus{
	ExecutionSucceeded: AfterSucceeded, ExecutionFailed: AfterFailed, ExecutionTimedOut: AfterTimedOut, ExecutionStopped: AfterStopped,
}

// executionEnded notes the end of the execution after our decision. Where there is a receipt, its history is read once more: for
// the last steps and for the error. [ErrConflict] when an end is known already.
func (c *Callback) executionEnded(d *Delivery, how AfterStatus, at, now time.Time, from Actor) (AuditEntry, error) {
	if c.State != Completed || d.Aftermath.ended() {
		return AuditEntry{}, c.wrongState("note the execution's end with")
	}
	a := &Aftermath{}
	if d.Aftermath != nil {
		a = d.Aftermath.clone()
	}
	a.Status, a.EndedAt = how, at
	if d.Aftermath = a; c.Ending.Event > 0 {
		d.DueAt = now
	}
	return c.followed(a, now, from), nil
}
