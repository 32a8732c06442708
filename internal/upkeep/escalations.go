package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/worker"
)

// Escalations puts on record when the members of more groups may sign a request, and so puts the
// request into their lists.
type Escalations struct {
	store       Store
	invalidator callbacks.Invalidator
	log         *slog.Logger
	now         func() time.Time
}

// NewEscalations makes the worker.
func NewEscalations(c Config) *Escalations {
	return &Escalations{store: c.Store, invalidator: c.Invalidator, log: c.Log, now: c.Now}
}

// Run runs rounds until ctx ends.
func (s *Escalations) Run(ctx context.Context) {
	worker.Loop{Name: "escalations", Log: s.log, Now: s.now, Round: s.runOnce}.Run(ctx)
}

// RunOnce runs one round.
func (s *Escalations) RunOnce(ctx context.Context) error {
	_, err := s.runOnce(ctx)
	return err
}

// runOnce escalates what is due, at most a batch of it. Replicas may find the same: the first one
// writes it.
func (s *Escalations) runOnce(ctx context.Context) (time.Time, error) {
	now := s.now()
	due, err := s.store.Escalating(ctx, now, batch)
	if err != nil {
		return time.Time{}, err
	}
	for _, id := range due {
		c, err := s.store.Change(ctx, id, callbacks.Parts{}, func(c *callbacks.Case) error {
			return c.Record(c.Escalate(now, callbacks.System("escalations")))
		})
		switch {
		case err == nil:
			s.invalidator.Changed(c.Invalidation())
		case !errors.Is(err, callbacks.ErrConflict) && !errors.Is(err, callbacks.ErrNotFound):
			return time.Time{}, fmt.Errorf("escalate %s: %w", id, err)
		}
	}
	if len(due) == batch {
		return now, nil
	}
	return s.store.NextEscalation(ctx)
}
