package metrics_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/metrics"
	"countersign/internal/reload"
)

// TestConfiguration: what alerts go by says which version is in force, and that a newer one is
// refused.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	const help = `# HELP countersign_config_info Always 1; the label is the version of countersign.yaml that is in force.
# TYPE countersign_config_info gauge
countersign_config_info{version="3f2a"} 1
# HELP countersign_config_last_reload_success_timestamp_seconds When countersign.yaml was last read and found right.
# TYPE countersign_config_last_reload_success_timestamp_seconds gauge
countersign_config_last_reload_success_timestamp_seconds 1.8000000005e+09
# HELP countersign_config_last_reload_successful Whether countersign.yaml, as it was last read, is in force.
# TYPE countersign_config_last_reload_successful gauge
countersign_config_last_reload_successful RIGHT
# HELP countersign_config_reload_failures_total Changes of countersign.yaml, or of a secret that it names, that were refused since the start.
# TYPE countersign_config_reload_failures_total counter
countersign_config_reload_failures_total FAILURES
`
	state := reload.State{Version: "3f2a", LoadedAt: time.UnixMilli(1_800_000_000_500)}
	registry, ours := prometheus.NewRegistry(), regexp.MustCompile("(?m)^.*countersign_config_.*\n")
	metrics.New(registry, metrics.Sources{
		EventStreams: func() int { return 0 }, UnreadableSessions: func() int64 { return 0 }, Now: time.Now,
		Configuration: func() reload.State { return state },
	})
	want := func(right, failures string) {
		t.Helper()
		text := strings.NewReplacer("RIGHT", right, "FAILURES", failures).Replace(help)
		if diff := cmp.Diff(text, strings.Join(ours.FindAllString(scrape(registry), -1), "")); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	want("1", "0")
	state.Problem, state.Failures = []string{"countersign.yaml:1:1: quues: there is no such key"}, 3
	want("0", "3")
	state.Problem = nil
	want("1", "3")
}
