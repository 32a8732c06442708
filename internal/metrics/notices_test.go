package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/metrics"
	"countersign/internal/notice"
)

// TestNotices: each attempt counts by its result, and what waits is left out while it is not known.
func TestNotices(t *testing.T) {
	t.Parallel()
	registry, now := prometheus.NewRegistry(), time.Unix(1_700_000_000, 0)
	counted := metrics.CountNotices(registry)
	counted("slack", nil)
	counted("email", &notice.Fault{Code: notice.NoPlace})
	var fails error
	metrics.CountMessages(registry, func(context.Context, time.Time, time.Time) (map[string]notice.Backlog, error) {
		return map[string]notice.Backlog{"slack": {Waiting: 2, Oldest: time.Unix(1_699_999_000, 0), Failing: 1}}, fails
	}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	ours := regexp.MustCompile("(?m)^countersign_notices.*\n")
	attempts := `countersign_notices_total{channel="email",result="no_place"} 1
countersign_notices_total{channel="slack",result="sent"} 1
`
	want := `countersign_notices_failing{channel="slack"} 1
countersign_notices_oldest_due_timestamp_seconds{channel="slack"} 1.699999e+09
` + attempts + `countersign_notices_waiting{channel="slack"} 2
`
	for range 2 {
		if diff := cmp.Diff(want, strings.Join(ours.FindAllString(scrape(registry), -1), "")); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		now, fails, want = now.Add(time.Hour), errors.New("away"), attempts
	}
}
