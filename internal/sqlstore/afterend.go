package sqlstore

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// CompletedIn implements callbacks.Store.
func (s *Store) CompletedIn(ctx context.Context, executionARN string, after callbacks.ID, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where execution_hash = ? and state = 'completed'
		and num > coalesce((select num from callbacks where id = ?), 0) order by num limit ?`,
		hashOf(executionARN), storable(string(after)), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find completed callbacks of an execution: %w", unavailable(err))
	}
	return ids, nil
}

// ChangeAftermath implements callbacks.Store. When a reading is under way, its end says when the next one is.
func (s *Store) ChangeAftermath(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.change(ctx, id, func(ctx context.Context, t *tx, num int64, c *callbacks.Callback) (callbacks.AuditEntry, error) {
		before, err := row[deliveryRow](ctx, t, `select * from deliveries where callback = ?`+t.dialect.forUpdate, num)
		if err != nil {
			return callbacks.AuditEntry{}, missing(err)
		}
		delivery, err := before.delivery(id)
		if err != nil {
			return callbacks.AuditEntry{}, err
		}
		entry, err := fn(c, &delivery)
		if err != nil {
			return entry, err
		}
		c.Revision++
		after := before
		if after.Aftermath, err = encodeAftermath(delivery.Aftermath); err != nil {
			return entry, fmt.Errorf("encode aftermath: %w", err)
		}
		if before.LeaseOwner == "" {
			after.DueAt, after.ClaimableAt = millis(delivery.DueAt), millis(delivery.DueAt)
		}
		if err := t.update(ctx, &before, &after); err != nil {
			return entry, fmt.Errorf("update delivery: %w", err)
		}
		return entry, nil
	})
}
