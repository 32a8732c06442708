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

// InExecution implements callbacks.Store.
func (s *Store) InExecution(
	ctx context.Context, arn string, state callbacks.State, after callbacks.ID, limit int,
) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where execution_hash = ? and state = ?
		and num > coalesce((select num from callbacks where id = ?), 0) order by num limit ?`,
		hashOf(arn), string(state), storable(string(after)), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find callbacks of an execution: %w", s.unavailable(err))
	}
	return ids, nil
}
