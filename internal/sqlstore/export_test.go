package sqlstore

import (
	"context"

	"countersign/internal/callbacks"
)

// ExplainList runs the statement that finds a page and returns what PostgreSQL tells of it.
func (s *Store) ExplainList(ctx context.Context, q callbacks.Query) ([]string, error) {
	w, err := s.walk(ctx, q)
	if err != nil {
		return nil, err
	}
	text, args := s.dialect.pageText(w, orderOf(q.Filter), q.After, q.Limit+1)
	var lines []string
	err = s.db.NewRaw("explain (analyze, costs off, timing off) "+text, args...).Scan(ctx, &lines)
	return lines, err
}
