// Package historytest has a read quota in memory, and readers of histories on it, for tests of what
// reads or serves histories.
package historytest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/history"
	"countersign/internal/readquota"
)

// Rate is the number of pages a second. It is so low that a process takes one page at a time.
const Rate = 5

// Quota is the read quota of lanes, on a clock of its own.
type Quota struct {
	Step time.Duration // by which the clock moves on whenever somebody looks at it

	mu    sync.Mutex
	now   time.Time
	lanes map[arn.Lane]*readquota.Quota
	taken int
}

// NewQuota makes a quota. A step of a second makes one that is never short.
func NewQuota(step time.Duration) *Quota {
	return &Quota{
		Step: step, now: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC), lanes: map[arn.Lane]*readquota.Quota{},
	}
}

// Reader makes a reader on the quota.
func (q *Quota) Reader(source history.Source, lanes arn.Lanes) *history.Reader {
	return history.NewReader(history.Config{
		Source: source, Lanes: func() arn.Lanes { return lanes }, Allowances: readquota.NewAllowances(q, Rate, q.Now),
		Log: slog.New(slog.DiscardHandler), Now: q.Now,
	}, history.ReadsAtOnce)
}

// Now is the time.
func (q *Quota) Now() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.now = q.now.Add(q.Step)
	return q.now
}

// Advance moves the clock.
func (q *Quota) Advance(by time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.now = q.now.Add(by)
}

// Taken is how many requests were taken so far.
func (q *Quota) Taken() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken
}

// ChangeQuota implements [readquota.Store].
func (q *Quota) ChangeQuota(
	_ context.Context, lane arn.Lane, now time.Time, fn func(*readquota.Quota, time.Time),
) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lanes[lane] == nil {
		q.lanes[lane] = &readquota.Quota{Lane: lane}
	}
	before := q.lanes[lane].PaidUntil
	fn(q.lanes[lane], now)
	if q.lanes[lane].PaidUntil.After(before) {
		q.taken++
	}
	return nil
}

// Quotas implements [readquota.Store].
func (q *Quota) Quotas(context.Context) ([]readquota.Quota, error) { return nil, nil }
