package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ExecutionEnded closes what is pending in an execution of which a source says that it has ended, and returns how many
// callbacks that were. What is decided is left to its delivery, which learns from Lambda what became of it. It is
// idempotent: what is closed is not pending any more.
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
			return closed, nil
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
