package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore/engine"
)

// hops is a recursive table of the values of a column, such as the queues, that hold any row of a
// condition. It jumps along an index that begins with the column, from one value to the next, so it
// costs one look-up for each value, no matter how many callbacks there are.
func hops(d *engine.Dialect, table, column, condition, index string) string {
	from := ` from callbacks` + d.Along(index) + ` where ` + condition
	return table + ` (name) as (
	select min(` + column + `)` + from + `
	union all
	select (select min(` + column + `)` + from + ` and ` + column + ` > ` + table + `.name)
	from ` + table + ` where ` + table + `.name is not null)`
}

const (
	pendingByQueue    = "callbacks_pending_by_queue_deadline"
	pendingByFunction = "callbacks_pending_by_function_deadline"
	endedByQueue      = "callbacks_ended_by_queue_end"
	escalated         = "callbacks_escalated_by_deadline"
)

// queuesText finds the queues that hold anything, some of them more than once. Few callbacks are in
// state decided, so those are all read.
func queuesText(d *engine.Dialect) string {
	return `with recursive ` + hops(d, "pending_queues", "queue", pendingText, pendingByQueue) + `, ` +
		hops(d, "ended_queues", "queue", endedText, endedByQueue) + `
	select name from pending_queues where name is not null
	union all select name from ended_queues where name is not null
	union all select queue from callbacks where ` + underWayText
}

// functionsText is a recursive table of the functions that have something pending in those queues.
// It works in the same way.
func functionsText(d *engine.Dialect) string {
	from := ` from callbacks` + d.Along(pendingByFunction) + ` where ` + pendingText
	return `functions (queue, name) as (
	select name, (select min(function)` + from + ` and queue = queues.name)
	from queues where name is not null
	union all
	select queue, (select min(function)` + from + ` and callbacks.queue = functions.queue and function > functions.name)
	from functions where functions.name is not null)`
}

// Functions implements desk.Store.
func (s *Store) Functions(ctx context.Context, q desk.Query, limit int) ([]string, error) {
	queues, all := q.Visible()
	if !all && len(queues) == 0 {
		return nil, nil
	}
	text, args := functionsOf(s.dialect, queues, all, limit)
	statement := s.db.NewRaw(text, args...)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (names []string, err error) {
		if err := statement.Scan(ctx, &names); err != nil {
			return nil, fmt.Errorf("list functions: %w", s.unavailable(err))
		}
		return names, nil
	})
}

// audiencesText finds the audiences of the escalations that are on record.
func audiencesText(d *engine.Dialect) string {
	return `with recursive ` + hops(d, "audiences", "escalated_to", "escalated_to is not null", escalated) + `
	select name from audiences where name is not null limit ?`
}

// Audiences implements desk.Store.
func (s *Store) Audiences(ctx context.Context, limit int) ([]string, error) {
	statement := s.db.NewRaw(audiencesText(s.dialect), limit)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (names []string, err error) {
		if err := statement.Scan(ctx, &names); err != nil {
			return nil, fmt.Errorf("list the audiences of escalations: %w", s.unavailable(err))
		}
		return names, nil
	})
}

func functionsOf(d *engine.Dialect, queues []string, all bool, limit int) (string, []any) {
	visible, args, underWay := hops(d, "queues", "queue", pendingText, pendingByQueue), []any{}, where(underWayText)
	if !all {
		visible = `queues (name) as (values (?)` + strings.Repeat(", (?)", len(queues)-1) + `)`
		for _, name := range queues {
			args = append(args, name)
		}
		underWay = where(underWayText+" and queue in (?)", bun.List(queues))
	}
	text := `with recursive ` + visible + `, ` + functionsText(d) + `
		select name from functions where name <> ''
		union select function from callbacks where ` + underWay.text + ` and function <> ''
		order by name limit ?`
	return text, append(append(args, underWay.args...), limit)
}

// Conditions of the indexes of announced callbacks that are gone.
const (
	announcedText = "source <> '" + callbacks.SourceDiscovery + "'"
	goneText      = "gone = 1"
)

// Gone implements discovery.WatchStore. It reads at most limit entries of an index for each
// function.
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
			return nil, fmt.Errorf("count callbacks that are gone: %w", s.unavailable(err))
		}
		counts := make(map[string]int, len(found))
		for _, f := range found {
			counts[f.FunctionName] = f.Number
		}
		return counts, nil
	})
}

// maxPastResult is the longest result, in bytes, that is offered to be sent again.
const maxPastResult = 1024

// maxPastRead bounds how many callbacks of a function are read to find those of a name. A function
// has few names of callbacks.
const maxPastRead = 1000

// pastText reads what ended last of a function in a queue by its index, and of that the last runs of
// callbacks of a name.
var pastText = `select past.decision, deliveries.follow_up,
		case when length(deliveries.result) <= ? and deliveries.sealed is null and deliveries.shown is null and not exists
			(select 1 from contents where callback = past.num and masked is not null)
			then deliveries.result end as result
	from (select num, decision from
			(select num, name, decision, ended_at from callbacks
			where queue = ? and function = ? and state = 'completed' and ` + endedText + `
			order by ended_at desc limit ?) as lately
		where name = ? order by ended_at desc limit ?) as past
	join deliveries on deliveries.callback = past.num`

// pastRow is a run as it is stored.
type pastRow struct {
	Decision sql.NullString
	FollowUp sql.NullString `bun:"follow_up"`
	Result   []byte
}

// Past implements desk.Store.
func (s *Store) Past(ctx context.Context, queue, function, name string, limit int) ([]desk.PastRun, error) {
	var found []pastRow
	err := s.db.NewRaw(pastText, maxPastResult, storable(queue), storable(function), maxPastRead, storable(name), limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read past runs: %w", s.unavailable(err))
	}
	runs := make([]desk.PastRun, 0, len(found))
	for i := range found {
		run, err := found[i].run()
		if err != nil {
			return nil, fmt.Errorf("past run: %w", err)
		}
		runs = append(runs, run)
	}
	return runs, nil
}

func (r *pastRow) run() (run desk.PastRun, err error) {
	decision, err := decodeDecision(r.Decision)
	if err != nil || decision == nil {
		return run, err
	}
	followUp, err := decodeFollowUp(r.FollowUp)
	if err != nil {
		return run, err
	}
	return desk.PastRunOf(decision, followUp, r.Result), nil
}

// Took implements desk.Store.
func (s *Store) Took(ctx context.Context, queues []string, hour, since time.Time, limit int) (map[string][]time.Duration, error) {
	return s.Decisions().Took(ctx, queues, hour, since, limit)
}
