package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

// endBatch is how many callbacks of an execution are read at once.
const endBatch = 200

// ExecutionEnded accepts a source's statement that an execution has ended. It closes the pending
// callbacks in it, returns their number, and notes the end with the callbacks that our decisions
// completed. Decided callbacks are left to their delivery, which learns from Lambda what became of
// them. It is idempotent: a closed callback is no longer pending, and an end is noted once.
func (s *Service) ExecutionEnded(
	ctx context.Context, from callbacks.Actor, arn string, how ExecutionEnd, at time.Time,
) (closed int, err error) {
	for {
		ids, err := s.records.InExecution(ctx, arn, callbacks.Pending, "", endBatch)
		if err != nil {
			return closed, fmt.Errorf("find what is pending in an execution: %w", err)
		}
		for _, id := range ids {
			switch c, err := s.closeEnded(ctx, from, id, how, at); {
			case errors.Is(err, callbacks.ErrConflict):
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
func (s *Service) closeEnded(
	ctx context.Context, from callbacks.Actor, id callbacks.ID, how ExecutionEnd, at time.Time,
) (callbacks.Callback, error) {
	return s.cases.Change(ctx, id, callbacks.Parts{}, func(c *callbacks.Case) error {
		now := s.now()
		return c.Record(c.Close(c.EndedElsewhere(callbacks.ClosedByExecution(statusAt[how], at), now), now, from))
	})
}

// noteEnd notes the end of an execution with the callbacks in it that our decisions completed.
// Without the source it might stay unknown: the history may be unreadable, now or by the time it is
// read.
func (s *Service) noteEnd(ctx context.Context, from callbacks.Actor, arn string, how ExecutionEnd, at time.Time) error {
	var after callbacks.ID
	for {
		ids, err := s.records.InExecution(ctx, arn, callbacks.Completed, after, endBatch)
		if err != nil {
			return fmt.Errorf("find what is completed in an execution: %w", err)
		}
		for _, after = range ids {
			c, err := s.cases.Change(ctx, after, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
				return c.Record(c.ExecutionEnded(c.Delivery, statusAt[how], at, s.now(), from))
			})
			switch {
			case errors.Is(err, callbacks.ErrConflict), errors.Is(err, callbacks.ErrNotFound):
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

var statusAt = map[ExecutionEnd]callbacks.OperationStatus{
	ExecutionSucceeded: callbacks.StatusSucceeded, ExecutionFailed: callbacks.StatusFailed, ExecutionTimedOut: callbacks.StatusTimedOut, ExecutionStopped: callbacks.StatusStopped,
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
