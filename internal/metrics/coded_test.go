package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/metrics"
)

// TestCodecsMeasured: what was encoded and decoded is told from what could not be.
func TestCodecsMeasured(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry, metrics.Sources{
		EventStreams: func() int { return 0 }, UnreadableSessions: func() int64 { return 0 },
	})
	m.Coded("kms", "encode", false, 20*time.Millisecond)
	m.Coded("kms", "encode", false, 30*time.Millisecond)
	m.Coded("server", "decode", true, 2*time.Second)
	text := scrape(registry)
	for _, line := range []string{
		`countersign_codec_duration_seconds_count{format="kms",result="ok",work="encode"} 2`,
		`countersign_codec_duration_seconds_sum{format="server",result="failed",work="decode"} 2`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}
