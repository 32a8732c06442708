package metrics

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/notice"
)

// CountNotices registers what became of attempts to send messages, and returns what counts one.
func CountNotices(r prometheus.Registerer) func(channel string, f *notice.Fault) {
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "countersign_notices_total", Help: "Attempts to send or change a message, by channel and result: sent, or the fault.",
	}, []string{"channel", "result"})
	r.MustRegister(attempts)
	return func(channel string, f *notice.Fault) {
		result := "sent"
		if f != nil {
			result = strings.ReplaceAll(string(f.Code), " ", "_")
		}
		attempts.WithLabelValues(channel, result).Inc()
	}
}

var (
	noticesWaitingDesc = prometheus.NewDesc("countersign_notices_waiting",
		"Messages that are due and were not sent, by channel.", []string{"channel"}, nil)
	noticesOldestDesc = prometheus.NewDesc("countersign_notices_oldest_due_timestamp_seconds",
		"When the message was due that has waited longest, by channel. Absent where none waits.", []string{"channel"}, nil)
	noticesFailingDesc = prometheus.NewDesc("countersign_notices_failing",
		"Messages whose latest attempt failed and that are tried again, by channel.", []string{"channel"}, nil)
)

// messages counts the messages in the database when a scraper asks. Every replica reports the same.
type messages struct {
	read func(ctx context.Context, now, since time.Time) (map[string]notice.Backlog, error)
	now  func() time.Time
	log  *slog.Logger

	mu     sync.Mutex
	readAt time.Time
	last   map[string]notice.Backlog // nil while it is not known
}

// CountMessages registers what waits and what fails, as a store of notices counts it.
func CountMessages(
	r prometheus.Registerer, read func(ctx context.Context, now, since time.Time) (map[string]notice.Backlog, error),
	now func() time.Time, log *slog.Logger,
) {
	r.MustRegister(&messages{read: read, now: now, log: log})
}

// Describe implements prometheus.Collector.
func (m *messages) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{noticesWaitingDesc, noticesOldestDesc, noticesFailingDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. It leaves out what it cannot count.
func (m *messages) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, channel string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, channel)
	}
	for channel, b := range m.current() {
		gauge(noticesWaitingDesc, float64(b.Waiting), channel)
		gauge(noticesFailingDesc, float64(b.Failing), channel)
		if !b.Oldest.IsZero() {
			gauge(noticesOldestDesc, float64(b.Oldest.UnixMilli())/1000, channel)
		}
	}
}

// current are the counts, at most backlogAge old.
func (m *messages) current() map[string]notice.Backlog {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if !m.readAt.IsZero() && now.Sub(m.readAt) < backlogAge {
		return m.last
	}
	// collectors are given none
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	counted, err := m.read(ctx, now, now)
	m.readAt, m.last = now, counted
	if err != nil {
		m.last = nil
		m.log.WarnContext(ctx, "the messages that wait cannot be counted", "error", err)
	}
	return m.last
}
