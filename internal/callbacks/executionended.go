package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// endBatch is how many callbacks of an execution are read at once.
const endBatch = 200

// ExecutionEnded accepts a source's statement that an execution has ended. It closes the pending
// callbacks in it, returns their number, and notes the end with the callbacks that our decisions
// completed. Decided callbacks are left to their delivery, which learns from Lambda what became of
// them. It is idempotent: a closed callback is no longer pending, and an end is noted once.
func (s *Service) ExecutionEnded(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) (closed int, err error) {
	for {
		ids, err := s.store.InExecution(ctx, arn, Pending, "", endBatch)
		if err != nil {
			return closed, fmt.Errorf("find what is pending in an execution: %w", err)
		}
		for _, id := range ids {
			switch c, err := s.closeEnded(ctx, from, id, how, at); {
			case errors.Is(err, ErrConflict):
				continue // decided or closed in the meantime
			case err != nil:
				return closed, fmt.Errorf("close %s: %w", id, err)
			default:
				closed++
				s.changed(c)
			}
		}
		if len(ids) < endBatch {
			return closed, s.noteEnd(ctx, from, arn, how, at)
		}
	}
}

// closeEnded closes one callback whose execution ended.
func (s *Service) closeEnded(ctx context.Context, from Actor, id ID, how ExecutionEnd, at time.Time) (Callback, error) {
	return s.store.Change(ctx, id, Parts{}, func(c *Case) error {
		now := s.now()
		return c.Record(c.Close(c.EndedElsewhere(ClosedByExecution(statusAt[how], at), now), now, from))
	})
}

// noteEnd notes the end of an execution with the callbacks in it that our decisions completed.
// Without the source it might stay unknown: the history may be unreadable, now or by the time it is
// read.
func (s *Service) noteEnd(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) error {
	var after ID
	for {
		ids, err := s.store.InExecution(ctx, arn, Completed, after, endBatch)
		if err != nil {
			return fmt.Errorf("find what is completed in an execution: %w", err)
		}
		for _, after = range ids {
			c, err := s.store.Change(ctx, after, Parts{Delivery: true}, func(c *Case) error {
				return c.Record(c.executionEnded(c.Delivery, statusAt[how], at, s.now(), from))
			})
			switch {
			case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound):
				continue // already known
			case err != nil:
				return fmt.Errorf("note the end of the execution with %s: %w", after, err)
			}
			s.changed(c)
		}
		if len(ids) < endBatch {
			s.deliveries.Wake()
			return nil
		}
	}
}

var statusAt = map[ExecutionEnd]OperationStatus{
	ExecutionSucceeded: StatusSucceeded, ExecutionFailed: StatusFailed, ExecutionTimedOut: StatusTimedOut, ExecutionStopped: StatusStopped,
}

// executionEnded notes the end of the execution after our decision. If there is a receipt, the
// history is read once more, for the last steps and the error; if a reading is under way, its end
// sets when the next one is due. It returns [ErrConflict] if an end is already known, and
// [ErrNotFound] if there is no delivery.
func (c *Callback) executionEnded(d *Delivery, how OperationStatus, at, now time.Time, from Actor) (AuditEntry, error) {
	switch {
	case d == nil:
		return AuditEntry{}, ErrNotFound
	case c.State != Completed || d.FollowUp.Ended():
		return AuditEntry{}, c.wrongState("note the execution's end with")
	}
	a := &FollowUp{}
	if d.FollowUp != nil {
		a = d.FollowUp.Clone()
	}
	a.Status, a.EndedAt = how, at
	if d.FollowUp = a; c.Ending.Event > 0 && d.Lease.Owner == "" {
		d.DueAt = now
	}
	return c.executionEnd(a, now, from), nil
}

// Followed notes what a reading found of the execution after our decision; read is nil if it found
// nothing. The execution's end gets an audit entry unless it was known before.
func (c *Callback) Followed(d *Delivery, read *FollowUp, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.wrongState("note what followed with")
	}
	known := d.FollowUp.Ended()
	d.FollowUp = read.keeping(d.FollowUp)
	if known || !read.Ended() {
		return AuditEntry{}, nil
	}
	return c.executionEnd(read, now, by), nil
}

// executionEnd returns the audit entry for the execution's end and marks the callback if the end
// needs attention.
func (c *Callback) executionEnd(a *FollowUp, now time.Time, by Actor) AuditEntry {
	action := ActionExecutionSucceeded
	if a.EndedBadly() {
		c.ExecutionFailed = c.Decision.Kind == Success // a failure is meant to stop the function
		action = ActionExecutionFailed
	}
	return c.entry(now, by, action, Facts{Execution: a.Status, Event: a.Event})
}

// ExecutionEnd is how an execution ended.
type ExecutionEnd string

// The ends of an execution (API type ExecutionStatus).
const (
	ExecutionSucceeded ExecutionEnd = "SUCCEEDED"
	ExecutionFailed    ExecutionEnd = "FAILED"
	ExecutionTimedOut  ExecutionEnd = "TIMED_OUT"
	ExecutionStopped   ExecutionEnd = "STOPPED"
)
