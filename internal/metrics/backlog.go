package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/callbacks"
	"countersign/internal/upkeep"
)

const (
	// backlogAge is how long a count is reused, because scrapers come as often as they like.
	backlogAge = 10 * time.Second
	// backlogTimeout is less than scrapers usually wait.
	backlogTimeout = 5 * time.Second
)

var (
	pendingDesc = prometheus.NewDesc("countersign_callbacks_pending",
		"Callbacks that wait for a decision, by queue and by the clock that ends them first. Counted up to 10,000 in all.", []string{"queue", "clock"}, nil)
	oldestDesc = prometheus.NewDesc("countersign_callbacks_oldest_pending_timestamp_seconds",
		"When the callback arrived that has waited longest for a decision. Absent when none waits.", nil, nil)
	undeliveredDesc = prometheus.NewDesc("countersign_decisions_undelivered",
		"Decisions that Lambda is not known to have, by state: decided ones are on their way.", []string{"state"}, nil)
	differingDesc = prometheus.NewDesc("countersign_receipts_differing_total",
		"Decisions that Lambda accepted while the execution's history shows another end. Counted up to 10,000.", nil, nil)
	waitingDesc = prometheus.NewDesc("countersign_callbacks_waiting_for_signatures",
		"Callbacks that some have signed and that wait for others, by queue and rule. Counted up to 10,000 in all.", []string{"queue", "rule"}, nil)
	lateDesc = prometheus.NewDesc("countersign_heartbeats_overdue",
		"Heartbeats that have been due for more than two seconds and that no replica has sent.", nil, nil)
	readsDesc = prometheus.NewDesc("countersign_aws_reads_last_minute",
		"Requests in the last minute that read executions and histories, of all replicas.", []string{"account", "region"}, nil)
	readsAllowedDesc = prometheus.NewDesc("countersign_aws_reads_allowed_per_minute",
		"Requests that may read executions and histories in a minute, of all replicas.", []string{"account", "region"}, nil)
	readsPausedDesc = prometheus.NewDesc("countersign_aws_reads_paused",
		"Whether reading pauses because AWS throttled it.", []string{"account", "region"}, nil)
)

// backlog counts what waits in the database when a scraper asks. Every replica reports the same.
type backlog struct {
	read func(context.Context, time.Time) (upkeep.Backlog, error)
	now  func() time.Time
	log  *slog.Logger

	mu     sync.Mutex
	readAt time.Time
	known  bool // the last reading succeeded
	last   upkeep.Backlog
}

// Describe implements prometheus.Collector.
func (b *backlog) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{pendingDesc, oldestDesc, undeliveredDesc, differingDesc, waitingDesc, lateDesc, readsDesc, readsAllowedDesc, readsPausedDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. It leaves out what it cannot count, because an old
// number would look like a new one.
func (b *backlog) Collect(to chan<- prometheus.Metric) {
	counted, ok := b.current()
	if !ok {
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for _, p := range counted.Pending {
		clock := string(p.Cause)
		if p.Cause == callbacks.NoDeadline {
			clock = "none"
		}
		gauge(pendingDesc, float64(p.Count), p.Queue, clock)
	}
	if !counted.OldestPending.IsZero() {
		gauge(oldestDesc, float64(counted.OldestPending.UnixMilli())/1000)
	}
	for state, n := range counted.Undelivered {
		gauge(undeliveredDesc, float64(n), string(state))
	}
	to <- prometheus.MustNewConstMetric(differingDesc, prometheus.CounterValue, float64(counted.Differing))
	for _, w := range counted.Waiting {
		gauge(waitingDesc, float64(w.Count), w.Queue, w.Rule)
	}
	gauge(lateDesc, float64(counted.LateHeartbeats))
	now := b.now()
	for _, r := range counted.Reads {
		gauge(readsDesc, float64(r.Spent(now)), r.Lane.Account, r.Lane.Region)
		gauge(readsAllowedDesc, r.Rate*60, r.Lane.Account, r.Lane.Region)
		gauge(readsPausedDesc, numberOf(r.Throttled(now)), r.Lane.Account, r.Lane.Region)
	}
}

// numberOf is a truth value as Prometheus writes it.
func numberOf(fact bool) float64 {
	if fact {
		return 1
	}
	return 0
}

// current is the backlog, at most backlogAge old.
func (b *backlog) current() (_ upkeep.Backlog, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if !b.readAt.IsZero() && now.Sub(b.readAt) < backlogAge {
		return b.last, b.known
	}
	// collectors are given none
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	var err error
	b.last, err = b.read(ctx, now)
	b.readAt, b.known = now, err == nil
	if err != nil {
		b.log.WarnContext(ctx, "the backlog cannot be measured", "error", err)
	}
	return b.last, b.known
}
