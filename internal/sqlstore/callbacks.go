package sqlstore

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// Get implements callbacks.Store.
func (s *Store) Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error) {
	var r callbackRow
	if err := s.db.NewSelect().Model(&r).Where("id = ?", storable(string(id))).Scan(ctx); err != nil {
		return callbacks.Callback{}, missing(s.unavailable(err))
	}
	return r.callback()
}

// Lookup implements discovery.Store.
func (s *Store) Lookup(ctx context.Context, id callbacks.CallbackID) (callbacks.Callback, error) {
	var r callbackRow
	if err := s.db.NewSelect().Model(&r).Where("callback_hash = ?", hashOf(string(id))).Scan(ctx); err != nil {
		return callbacks.Callback{}, missing(s.unavailable(err))
	}
	return r.callback()
}

// PendingIn implements callbacks.Store.
func (s *Store) PendingIn(ctx context.Context, executionARN string, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where execution_hash = ? and state = 'pending' order by num limit ?`,
		hashOf(executionARN), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find pending callbacks of an execution: %w", s.unavailable(err))
	}
	return ids, nil
}

// CompletedIn implements callbacks.Store.
func (s *Store) CompletedIn(ctx context.Context, executionARN string, after callbacks.ID, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where execution_hash = ? and state = 'completed'
		and num > coalesce((select num from callbacks where id = ?), 0) order by num limit ?`,
		hashOf(executionARN), storable(string(after)), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find completed callbacks of an execution: %w", s.unavailable(err))
	}
	return ids, nil
}
