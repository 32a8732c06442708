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

// settle waits until no delivery is unsettled, and returns how many still are when the time limit
// is reached.
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
		err := db.QueryRowContext(ctx, unsettled).Scan(&left)
		if err != nil || left == 0 || time.Now().After(deadline) {
			return left, err
		}
		if err := pause(ctx, settlePoll); err != nil {
			return left, err
		}
	}
}

// blackOut kills every replica, makes all leases expire while no replica can hold one, and starts
// the replicas again.
func (w *world) blackOut(ctx context.Context, db *sql.DB) error {
	for _, r := range w.replicas {
		if err := r.kill(); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, `update deliveries set claimable_at = 1 where lease_owner <> ''`); err != nil {
		return fmt.Errorf("end the leases: %w", err)
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
