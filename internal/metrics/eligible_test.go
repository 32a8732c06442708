package metrics_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/metrics"
)

// TestNobodyEligible: every queue has its number, and none has one while it is not known.
func TestNobodyEligible(t *testing.T) {
	t.Parallel()
	counts := map[string]int{"finance": 2, "legal": 0}
	registry, ours := prometheus.NewRegistry(), regexp.MustCompile("(?m)^countersign_callbacks_nobody_eligible.*\n")
	metrics.New(registry, metrics.Sources{
		EventStreams: func() int { return 0 }, UnreadableSessions: func() int64 { return 0 }, Now: time.Now,
		NobodyEligible: func() map[string]int { return counts },
	})
	for _, want := range []string{
		"countersign_callbacks_nobody_eligible{queue=\"finance\"} 2\ncountersign_callbacks_nobody_eligible{queue=\"legal\"} 0\n", "",
	} {
		if diff := cmp.Diff(want, strings.Join(ours.FindAllString(scrape(registry), -1), "")); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		counts = nil
	}
}
