package sqlstore

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
)

// PendingIn implements callbacks.Store.
func (s *Store) PendingIn(ctx context.Context, executionARN string, limit int) ([]callbacks.ID, error) {
	var ids []callbacks.ID
	err := s.db.NewRaw(`select id from callbacks where execution_hash = ? and state = 'pending' order by num limit ?`,
		hashOf(executionARN), limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("find pending callbacks of an execution: %w", unavailable(err))
	}
	return ids, nil
}
