package sqlstore

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// Get implements desk.Store.
func (s *Store) Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error) {
	r, err := readRow[callbackRow](ctx, s, selectCallback, storable(string(id)))
	if err != nil {
		return callbacks.Callback{}, missing(err)
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

// Titles implements desk.Store.
func (s *Store) Titles(
	ctx context.Context, ids []callbacks.ID,
) (map[callbacks.ID]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []struct {
		ID    callbacks.ID
		Title string
	}
	err := s.db.NewRaw(`select id, coalesce(nullif(title, ''), name) as title from callbacks where id in (?)`,
		bun.List(ids)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read titles: %w", s.unavailable(err))
	}
	titles := make(map[callbacks.ID]string, len(found))
	for _, f := range found {
		titles[f.ID] = f.Title
	}
	return titles, nil
}

// Masked implements desk.Store.
func (s *Store) Masked(ctx context.Context, ids []callbacks.ID) (masked []callbacks.ID, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.db.NewRaw(`select id from callbacks join contents on callback = num where id in (?) and masked is not null`,
		bun.List(ids)).Scan(ctx, &masked)
	if err != nil {
		return nil, fmt.Errorf("read which callbacks mask values: %w", s.unavailable(err))
	}
	return masked, nil
}

// InExecution implements desk.Store.
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
