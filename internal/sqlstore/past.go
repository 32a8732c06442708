package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"countersign/internal/desk"
)

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
