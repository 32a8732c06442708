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
				return c.Record(c.ExecutionEnded(c.Delivery, statusAt[how], at, s.now(), from))
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

// ExecutionEnd is how an execution ended.
type ExecutionEnd string

// The ends of an execution (API type ExecutionStatus).
const (
	ExecutionSucceeded ExecutionEnd = "SUCCEEDED"
	ExecutionFailed    ExecutionEnd = "FAILED"
	ExecutionTimedOut  ExecutionEnd = "TIMED_OUT"
	ExecutionStopped   ExecutionEnd = "STOPPED"
)
