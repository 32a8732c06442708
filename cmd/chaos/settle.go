package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// settlePoll is how often the database is queried whether everything has settled.
const settlePoll = 250 * time.Millisecond

// unsettled counts deliveries that are due and have no receipt. Looking for follow-ups takes long,
// a few a second, and is not part of the test.
const unsettled = `select count(*) from deliveries join callbacks on callbacks.num = deliveries.callback
	where claimable_at > 0 and not (state = 'completed' and ending like '%"event":%')`

// untold counts messages that are due, callbacks of which nobody has found out yet who is told, and
// batches that have not ended.
const untold = `select (select count(*) from notice_messages where due_at > 0 and due_at <= %[1]d)
	+ (select count(*) from notice_changes where due_at > 0 and due_at <= %[1]d) + (select count(*) from batches where claimable_at > 0)`

// settle waits until no delivery is unsettled and no message is due, and returns how many
// deliveries still are when the time limit is reached.
func (w *world) settle(ctx context.Context) (left int, err error) {
	db, err := w.openSQL()
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }() // was only read
	if w.skipLeases {
		if err := w.blackOut(ctx, db); err != nil {
			return 0, err
		}
	}
	for deadline := time.Now().Add(w.patience); ; {
		var due int
		err := db.QueryRowContext(ctx, unsettled).Scan(&left)
		if err == nil {
			err = db.QueryRowContext(ctx, fmt.Sprintf(untold, time.Now().Add(time.Minute).UnixMilli())).Scan(&due)
		}
		if err != nil || left+due == 0 || time.Now().After(deadline) {
			return left, err
		}
		if err := pause(ctx, settlePoll); err != nil {
			return left, err
		}
	}
}

// blackOut kills every replica, makes all leases expire while no replica can hold one, ends the
// pauses before attempts, and starts the replicas again.
func (w *world) blackOut(ctx context.Context, db *sql.DB) error {
	for _, r := range w.replicas {
		if err := r.kill(); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`update deliveries set claimable_at = 1 where lease_owner <> ''`,
		`update deliveries set claimable_at = 1 where claimable_at > 0 and callback in (select num from callbacks where state = 'decided')`,
		`update batches set claimable_at = 1 where claimable_at > 0`,
		`update notice_messages set claimable_at = 1 where claimable_at > 0 and (lease_owner <> '' or tries > 0)`,
		`update notice_changes set due_at = 1 where due_at > 0 and due_at <= ` + fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()),
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("end the leases: %w", err)
		}
	}
	for _, r := range w.replicas {
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openSQL opens the desk's database, independently of the desk.
func (w *world) openSQL() (*sql.DB, error) {
	if file, ok := strings.CutPrefix(w.database, "sqlite://"); ok {
		return sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	}
	return sql.Open("pgx", w.database)
}
