package sqlstore

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// Update implements callbacks.Store.
func (s *Store) Update(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback) (callbacks.Change, error)) (callbacks.Callback, error) {
	return s.change(ctx, id, func(ctx context.Context, t *tx, num int64, c *callbacks.Callback) (callbacks.AuditEntry, error) {
		change, err := fn(c)
		if err != nil {
			return callbacks.AuditEntry{}, err
		}
		c.Revision++
		if change.Signature != nil {
			if err := t.sign(ctx, num, *change.Signature); err != nil {
				return callbacks.AuditEntry{}, err
			}
		}
		if change.Delivery != nil {
			err = t.addDelivery(ctx, num, *change.Delivery)
		}
		return change.Audit, err
	})
}

// change loads a callback, lets fn change it, and writes it and its audit entry, all in one
// transaction. It returns an error of fn unchanged.
func (s *Store) change(ctx context.Context, id callbacks.ID, fn func(context.Context, *tx, int64, *callbacks.Callback) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	var changed callbacks.Callback
	err := s.transact(ctx, func(ctx context.Context, t *tx) error {
		before, err := row[callbackRow](ctx, t, `select * from callbacks where id = ?`+t.dialect.ForUpdate, storable(string(id)))
		if err != nil {
			return missing(err)
		}
		c, err := before.callback()
		if err != nil {
			return err
		}
		entry, err := fn(ctx, t, before.Num, &c)
		if err != nil {
			return err
		}
		if changed, err = t.save(ctx, before, c); err != nil {
			return err
		}
		return t.record(ctx, entry)
	})
	if err != nil {
		return callbacks.Callback{}, err
	}
	return changed, nil
}

// save writes what changed in a callback and returns the callback as it is stored.
func (t *tx) save(ctx context.Context, before callbackRow, c callbacks.Callback) (callbacks.Callback, error) {
	after, err := rowOf(before.Num, c)
	if err != nil {
		return c, err
	}
	if err := t.apply(ctx, "callbacks", "num", before.Num, after.changes(&before)); err != nil {
		return c, fmt.Errorf("update callback: %w", err)
	}
	if open := c.State.Open(); open != callbacks.State(before.State).Open() {
		if err := t.settleReviews(ctx, before.Num, !open); err != nil {
			return c, err
		}
	}
	return after.callback()
}
