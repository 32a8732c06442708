package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// endBatch is how many callbacks of an execution are looked at at once.
const endBatch = 200

// ExecutionEnded takes a source's word that an execution has ended: it closes what is pending in
// it, returns how many callbacks that were, and notes the end with those that our decisions
// completed. What is decided is left to its delivery, which learns from Lambda what became of it.
// It is idempotent: what is closed is not pending any more, and an end is noted once.
func (s *Service) ExecutionEnded(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) (closed int, err error) {
	for {
		ids, err := s.store.PendingIn(ctx, arn, endBatch)
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
		if len(ids) < endBatch {
			return closed, s.noteEnd(ctx, from, arn, how, at)
		}
	}
}

// closeEnded closes one callback around which its execution ended.
func (s *Service) closeEnded(ctx context.Context, from Actor, id ID, how ExecutionEnd, at time.Time) (Callback, error) {
	return s.store.Update(ctx, id, func(c *Callback) (Change, error) {
		entry, err := c.Close(how.ending(at), s.now(), from)
		return Change{Audit: entry}, err
	})
}

// noteEnd notes the end of an execution with the callbacks in it that our decisions completed:
// their histories may not be readable, or not be read any more.
func (s *Service) noteEnd(ctx context.Context, from Actor, arn string, how ExecutionEnd, at time.Time) error {
	var after ID
	for {
		ids, err := s.store.CompletedIn(ctx, arn, after, endBatch)
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
		if len(ids) < endBatch {
			s.deliveries.Wake()
			return nil
		}
	}
}

var afterEnd = map[ExecutionEnd]AfterStatus{
	ExecutionSucceeded: AfterSucceeded, ExecutionFailed: AfterFailed, ExecutionTimedOut: AfterTimedOut, ExecutionStopped: AfterStopped,
}

// executionEnded notes the end of the execution after our decision. Where there is a receipt, its
// history is read once more: for the last steps and for the error. [ErrConflict] when an end is
// known already.
func (c *Callback) executionEnded(d *Delivery, how AfterStatus, at, now time.Time, from Actor) (AuditEntry, error) {
	if c.State != Completed || d.Aftermath.Ended() {
		return AuditEntry{}, c.wrongState("note the execution's end with")
	}
	a := &Aftermath{}
	if d.Aftermath != nil {
		a = d.Aftermath.Clone()
	}
	a.Status, a.EndedAt = how, at
	if d.Aftermath = a; c.Ending.Event > 0 {
		d.DueAt = now
	}
	return c.executionEnd(a, now, from), nil
}

// Followed notes what was read of the execution after our decision, nil for nothing. Its end has an
// entry unless it was known.
func (c *Callback) Followed(d *Delivery, read *Aftermath, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.wrongState("note what followed with")
	}
	known := d.Aftermath.Ended()
	d.Aftermath = read.keeping(d.Aftermath)
	if known || !read.Ended() {
		return AuditEntry{}, nil
	}
	return c.executionEnd(read, now, by), nil
}

// executionEnd says how the execution ended, in the audit and, where that needs attention, with the
// callback.
func (c *Callback) executionEnd(a *Aftermath, now time.Time, by Actor) AuditEntry {
	action, said := ActionExecutionSucceeded, "the execution succeeded."
	if a.EndedBadly() {
		c.ExecutionFailed = c.Decision.Kind == Success // a failure is meant to stop the function
		action, said = ActionExecutionFailed, "the execution "+badEnd[a.Status]+"."
	}
	if a.Event > 0 {
		return c.entry(now, by, action, fmt.Sprintf("History event %d: %s", a.Event, said))
	}
	return c.entry(now, by, action, "T"+said[1:])
}

var badEnd = map[AfterStatus]string{
	AfterFailed: "failed", AfterTimedOut: "reached its own time limit", AfterStopped: "was stopped",
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

// ending is how the execution's end ended a callback in it.
func (e ExecutionEnd) ending(at time.Time) Ending {
	if e == ExecutionTimedOut {
		return Ending{By: EndedByClock, Cause: CauseExecution, At: at, Detail: e.Sentence()}
	}
	return Ending{By: EndedByExecution, At: at, Detail: e.Sentence()}
}

// Sentence says how the execution left a callback behind.
func (e ExecutionEnd) Sentence() string {
	switch e {
	case ExecutionSucceeded:
		return "The execution succeeded without waiting for the callback any longer."
	case ExecutionFailed:
		return "The execution failed while the callback was open."
	case ExecutionTimedOut:
		return clockSentence[CauseExecution]
	case ExecutionStopped:
		return "The execution was stopped."
	}
	return ""
}
