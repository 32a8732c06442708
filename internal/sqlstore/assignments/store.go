package assignments

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

// Store is the part of a database that assignments use. It may be used by any number of goroutines.
type Store struct {
	engine   engine.Engine
	transact Transact
	record   Record
}

// Transact runs fn in a transaction and returns after its commit. It may run fn more than once.
type Transact func(ctx context.Context, fn func(context.Context, engine.Statements) error) error

// Record writes the audit entry of a change of a callback, by its number, in a transaction, and has
// people told of it.
type Record func(ctx context.Context, on engine.Statements, num int64, e callbacks.AuditEntry) error

var _ assignment.Store = (*Store)(nil)

// New returns the part of an open database.
func New(e engine.Engine, transact Transact, record Record) *Store {
	return &Store{e, transact, record}
}

// row is a row of assignments.
type row struct {
	assignment.Assignment
	at int64
}

const selectAssignment = `select person, name, before, before_name, by_id, by_name, reason, at from assignments`

func (r *row) places() []any {
	return []any{&r.To.ID, &r.To.Name, &r.Before.ID, &r.Before.Name, &r.By.ID, &r.By.Name, &r.Reason, &r.at}
}

func (r *row) assignment() assignment.Assignment {
	r.At = engine.FromMillis(r.at)
	for _, person := range []*callbacks.Actor{&r.To, &r.Before, &r.By} {
		if person.ID != "" {
			person.Kind = callbacks.ActorPerson
		}
	}
	return r.Assignment
}

// first is the assignment of the first row, zero without any.
func first(found []row, err error) (assignment.Assignment, error) {
	if err != nil || len(found) == 0 {
		return assignment.Assignment{}, err
	}
	return found[0].assignment(), nil
}

// standing is what a change needs to know of a callback.
type standing struct {
	num      int64
	state    string
	revision int
}

func (c *standing) places() []any { return []any{&c.num, &c.state, &c.revision} }

// lock reads a callback and locks its row, so that changes come one after the other.
func (s *Store) lock(ctx context.Context, on engine.Statements, id callbacks.ID) (standing, error) {
	found, err := engine.Query(ctx, s.engine, on, (*standing).places, `select num, state, revision from callbacks where id = ?`+s.engine.Dialect().ForUpdate,
		engine.Storable(string(id)))
	switch {
	case err != nil:
		return standing{}, err
	case len(found) == 0:
		return standing{}, callbacks.ErrNotFound
	}
	return found[0], nil
}

// Assign implements assignment.Store. It raises the revision, as every change does that pages and
// messages show.
func (s *Store) Assign(
	ctx context.Context, id callbacks.ID, change func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error),
) error {
	return s.transact(ctx, func(ctx context.Context, on engine.Statements) error {
		c, err := s.lock(ctx, on, id)
		if err != nil {
			return err
		}
		if callbacks.State(c.state) != callbacks.Pending {
			return fmt.Errorf("callback %s is %s: %w", id, c.state, callbacks.ErrConflict)
		}
		before, err := first(engine.Query(ctx, s.engine, on, (*row).places, selectAssignment+` where callback = ?`, c.num))
		if err != nil {
			return err
		}
		after, entry, err := change(before)
		if err != nil {
			return err
		}
		if err := s.put(ctx, on, c.num, after); err != nil {
			return err
		}
		if err := engine.Later(ctx, s.engine, on, `update callbacks set revision = revision + 1 where num = ?`, c.num); err != nil {
			return err
		}
		return s.record(ctx, on, c.num, entry)
	})
}

func (s *Store) put(ctx context.Context, on engine.Statements, num int64, a assignment.Assignment) error {
	if a.Nobody() && !a.Taken() {
		return engine.Later(ctx, s.engine, on, `delete from assignments where callback = ?`, num)
	}
	text := engine.Storable
	return engine.Later(ctx, s.engine, on, `
		insert into assignments (callback, person, name, before, before_name, by_id, by_name, reason, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (callback) do update set person = excluded.person, name = excluded.name,
			before = excluded.before, before_name = excluded.before_name, by_id = excluded.by_id, by_name = excluded.by_name,
			reason = excluded.reason, at = excluded.at`,
		num, text(a.To.ID), text(a.To.Name), text(a.Before.ID), text(a.Before.Name), text(a.By.ID), text(a.By.Name), text(a.Reason), engine.Millis(a.At))
}

// Assignment implements assignment.Store.
func (s *Store) Assignment(ctx context.Context, id callbacks.ID) (assignment.Assignment, error) {
	a, err := first(engine.Read(ctx, s.engine, (*row).places, selectAssignment+
		` where callback = (select num from callbacks where id = ?)`, engine.Storable(string(id))))
	if err != nil {
		return a, fmt.Errorf("read whose %s is: %w", id, err)
	}
	return a, nil
}

// AssignedTo implements assignment.Store.
func (s *Store) AssignedTo(ctx context.Context, person, queue string, limit int) (all []callbacks.ID, err error) {
	text, args := `select id from assignments join callbacks on num = callback where person = ? and state = 'pending'`, []any{engine.Storable(person)}
	if queue != "" {
		text, args = text+` and queue = ?`, append(args, engine.Storable(queue))
	}
	found, err := engine.Read(ctx, s.engine, func(id *string) []any { return []any{id} }, text+` order by callback limit ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read what is assigned to %s: %w", person, err)
	}
	for _, id := range found {
		all = append(all, callbacks.ID(id))
	}
	return all, nil
}

// Snooze implements assignment.Store.
func (s *Store) Snooze(ctx context.Context, person string, id callbacks.ID, until time.Time, entry callbacks.AuditEntry) error {
	return s.transact(ctx, func(ctx context.Context, on engine.Statements) error {
		c, err := s.lock(ctx, on, id)
		if err != nil {
			return err
		}
		key := engine.Storable(person)
		if err := engine.Later(ctx, s.engine, on, `delete from snoozes where person = ? and (until <= ? or callback = ?)`,
			key, engine.Millis(entry.At), c.num); err != nil {
			return err
		}
		if !until.IsZero() {
			if err := engine.Later(ctx, s.engine, on, `insert into snoozes (person, callback, until) values (?, ?, ?)`,
				key, c.num, engine.Millis(until)); err != nil {
				return err
			}
		}
		return s.record(ctx, on, c.num, entry)
	})
}

// Snoozed implements assignment.Store.
func (s *Store) Snoozed(ctx context.Context, person string, id callbacks.ID) (time.Time, error) {
	found, err := engine.Read(ctx, s.engine, func(until *int64) []any { return []any{until} },
		`select until from snoozes where person = ? and callback = (select num from callbacks where id = ?)`,
		engine.Storable(person), engine.Storable(string(id)))
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return engine.FromMillis(found[0]), nil
}
