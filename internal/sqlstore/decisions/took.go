package decisions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/sqlstore/engine"
)

// tookText reads how long decisions in a queue took, in the order of their index.
const tookText = `select %d as of, took from (select took from decisions
	where queue = ? and hour = ? and at >= ? and at < ? order by at desc limit ?) as lately`

// Took is what desk.Store says of the method of that name.
func (s *Store) Took(ctx context.Context, queues []string, hour, since time.Time, limit int) (map[string][]time.Duration, error) {
	all := map[string][]time.Duration{}
	for some := range slices.Chunk(queues, maxArms) {
		var texts []string
		var args []any
		for i, queue := range some {
			texts = append(texts, fmt.Sprintf(tookText, i))
			args = append(args, engine.Storable(queue), hour.UTC().Hour(), since.UnixMilli(), hour.UnixMilli(), limit)
		}
		var found []struct{ Of, Took int64 }
		if err := s.engine.DB().NewRaw(strings.Join(texts, " union all "), args...).Scan(ctx, &found); err != nil {
			return nil, fmt.Errorf("read how long decisions took: %w", s.engine.Unavailable(err))
		}
		for _, f := range found {
			all[some[f.Of]] = append(all[some[f.Of]], time.Duration(f.Took)*time.Millisecond)
		}
	}
	return all, nil
}
