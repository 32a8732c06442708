package sqlstore

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// queuesText is a recursive table of the queues that hold anything. It hops along the index from one name to the next, so it
// costs one look-up for each queue however many callbacks there are.
const queuesText = `queues (name) as (
	select min(queue) from callbacks
	union all
	select (select min(queue) from callbacks where queue > queues.name) from queues where queues.name is not null)`

// functionsText is a recursive table of the functions in those queues, made in the same way.
const functionsText = `functions (queue, name) as (
	select name, (select min(function) from callbacks where queue = queues.name) from queues where name is not null
	union all
	select queue, (select min(function) from callbacks where callbacks.queue = functions.queue and function > functions.name)
	from functions where functions.name is not null)`

// Functions implements callbacks.Store.
func (s *Store) Functions(ctx context.Context, q callbacks.Query, limit int) ([]string, error) {
	queues, all := queuesOf(q)
	if !all && len(queues) == 0 {
		return nil, nil
	}
	text, args := functionsOf(queues, all, limit)
	statement := s.db.NewRaw(text, args...)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (names []string, err error) {
		if err := statement.Scan(ctx, &names); err != nil {
			return nil, fmt.Errorf("list functions: %w", unavailable(err))
		}
		return names, nil
	})
}

func functionsOf(queues []string, all bool, limit int) (string, []any) {
	visible, args := queuesText, []any{}
	if !all {
		visible = `queues (name) as (values `
		for i, name := range queues {
			if i > 0 {
				visible += ", "
			}
			visible += "(?)"
			args = append(args, name)
		}
		visible += ")"
	}
	return `with recursive ` + visible + `, ` + functionsText + `
		select distinct name from functions where name <> '' and exists (
			select 1 from callbacks where callbacks.queue = functions.queue and function = functions.name and state in (?))
		order by name limit ?`, append(args, bun.List([]callbacks.State{callbacks.Pending, callbacks.Decided}), limit)
}
