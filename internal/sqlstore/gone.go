package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"countersign/internal/callbacks"
)

// The conditions of the indexes of what was announced and is gone.
const (
	announcedText = "source <> '" + callbacks.SourceDiscovery + "'"
	goneText      = "gone = 1"
)

// Gone implements callbacks.WatchStore. It reads at most limit entries of an index for each function.
func (s *Store) Gone(ctx context.Context, functions []string, limit int) (map[string]int, error) {
	if len(functions) == 0 {
		return nil, nil
	}
	args := []any{}
	for _, name := range functions {
		args = append(args, storable(name))
	}
	text := `with asked (function_name) as (values (?)` + strings.Repeat(`, (?)`, len(functions)-1) + `)
		select function_name, (select count(*) from
			(select 1 from callbacks where function = function_name and ` + goneText + ` and ` + announcedText + ` limit ?) as found) as number
		from asked`
	statement := s.db.NewRaw(text, append(args, limit)...)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (map[string]int, error) {
		var found []struct {
			FunctionName string
			Number       int
		}
		if err := statement.Scan(ctx, &found); err != nil {
			return nil, fmt.Errorf("count what is gone: %w", unavailable(err))
		}
		counts := make(map[string]int, len(found))
		for _, f := range found {
			counts[f.FunctionName] = f.Number
		}
		return counts, nil
	})
}
