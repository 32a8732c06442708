package notice_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"countersign/internal/delegation"
	"countersign/internal/notice"
	"countersign/internal/sqlstore"
)

// asked notes since when delegations are read.
type asked struct {
	*sqlstore.Store
	since time.Time
}

func (a *asked) DelegationsSince(ctx context.Context, from, now time.Time, limit int) ([]delegation.Held, error) {
	a.since = from
	return a.Store.DelegationsSince(ctx, from, now, limit)
}

// TestDelegationsOfAYear: a request can wait for a year, and whoever acted for its requester since it
// arrived is told nothing of it, however long ago that ended.
func TestDelegationsOfAYear(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	reads := &asked{Store: r.store}
	r.worker = notice.NewWorker(notice.Config{
		Store: r.store.Notices(), Preferences: r.store.Notices(), Desk: reads, Assignments: r.store.Assignments(), Setup: func() *notice.Setup { return r.setup },
		Attempted: func(string, *notice.Fault) {}, Everybody: true, Log: slog.New(slog.DiscardHandler), Now: r.clock.Now, Jitter: func() float64 { return 0 },
	})
	r.announce(time.Hour)
	r.run(time.Second, time.Second)
	if reads.since.IsZero() || reads.since.After(r.clock.Now().Add(-365*24*time.Hour)) {
		t.Errorf("delegations are read since %s", reads.since)
	}
}
