package assignments

import (
	"context"
	"fmt"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

// acknowledgment is a row of acknowledgments.
type acknowledgment struct {
	assignment.Acknowledgment
	at int64
}

func (r *acknowledgment) places() []any { return []any{&r.By.ID, &r.By.Name, &r.at, &r.Revision} }

// Acknowledge implements assignment.Store.
func (s *Store) Acknowledge(ctx context.Context, id callbacks.ID, a assignment.Acknowledgment, entry callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, on engine.Statements) error {
		c, err := s.lock(ctx, on, id)
		if err != nil {
			return err
		}
		if c.revision != a.Revision {
			return fmt.Errorf("callback %s has revision %d, not %d: %w", id, c.revision, a.Revision, callbacks.ErrConflict)
		}
		if err := engine.Later(ctx, s.engine, on, `delete from acknowledgments where callback = ?`, c.num); err != nil {
			return err
		}
		if !a.Nobody() {
			if err := engine.Later(ctx, s.engine, on, `insert into acknowledgments (callback, seen_revision, person, name, at) values (?, ?, ?, ?, ?)`,
				c.num, a.Revision, engine.Storable(a.By.ID), engine.Storable(a.By.Name), engine.Millis(a.At)); err != nil {
				return err
			}
		}
		return s.record(ctx, on, c.num, entry)
	})
}

// Acknowledgment implements assignment.Store.
func (s *Store) Acknowledgment(ctx context.Context, id callbacks.ID) (assignment.Acknowledgment, error) {
	found, err := engine.Read(ctx, s.engine, (*acknowledgment).places, `
		select person, acknowledgments.name, at, seen_revision from callbacks join acknowledgments on callback = num and seen_revision = revision
		where id = ?`, engine.Storable(string(id)))
	if err != nil {
		return assignment.Acknowledgment{}, fmt.Errorf("read who acknowledged %s: %w", id, err)
	}
	if len(found) == 0 {
		return assignment.Acknowledgment{}, nil
	}
	a := found[0]
	a.By.Kind, a.At = callbacks.ActorPerson, engine.FromMillis(a.at)
	return a.Acknowledgment, nil
}
