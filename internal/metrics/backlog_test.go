package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/metrics"
	"countersign/internal/readquota"
	"countersign/internal/upkeep"
)

// waiting is a backlog with something of everything.
func waiting() upkeep.Backlog {
	minute := callbackstest.T0.Truncate(time.Minute)
	return upkeep.Backlog{
		Pending: []upkeep.PendingCount{
			{Queue: "finance", Cause: callbacks.CauseHeartbeat, Count: 3}, {Queue: "legal", Count: 1},
		},
		OldestPending:  time.Unix(1_800_000_000, int64(500*time.Millisecond)),
		Undelivered:    map[callbacks.State]int{callbacks.Decided: 2},
		Differing:      3,
		Waiting:        []upkeep.WaitingCount{{Queue: "finance", Rule: "large expenses", Count: 4}},
		LateHeartbeats: 1,
		Reads: []readquota.Quota{
			{
				Lane: arn.Lane{Account: "123456789012", Region: "eu-central-1"}, Rate: 5, Minute: minute, Used: 41,
				PausedUntil: callbackstest.T0.Add(30 * time.Second),
			},
			{Rate: 2.5, Minute: minute.Add(-time.Hour), Used: 7},
		},
	}
}

// shown are the lines of that backlog.
var shown = []string{
	`countersign_callbacks_pending{clock="heartbeat",queue="finance"} 3`,
	`countersign_callbacks_pending{clock="none",queue="legal"} 1`,
	`countersign_callbacks_oldest_pending_timestamp_seconds 1.8000000005e+09`,
	`countersign_decisions_undelivered{state="decided"} 2`,
	`countersign_receipts_differing_total 3`,
	`countersign_callbacks_waiting_for_signatures{queue="finance",rule="large expenses"} 4`,
	`countersign_heartbeats_overdue 1`,
	`countersign_aws_reads_last_minute{account="123456789012",region="eu-central-1"} 41`,
	`countersign_aws_reads_last_minute{account="",region=""} 0`,
	`countersign_aws_reads_allowed_per_minute{account="123456789012",region="eu-central-1"} 300`,
	`countersign_aws_reads_allowed_per_minute{account="",region=""} 150`,
	`countersign_aws_reads_paused{account="123456789012",region="eu-central-1"} 1`,
	`countersign_aws_reads_paused{account="",region=""} 0`,
}

// TestBacklogMeasured: what is counted is shown for a while, and what cannot be counted is absent
// while the rest is told.
func TestBacklogMeasured(t *testing.T) {
	t.Parallel()
	var readings int
	var broken error
	var log strings.Builder
	counted, clock, registry := waiting(), callbackstest.NewClock(callbackstest.T0), prometheus.NewRegistry()
	metrics.New(registry, metrics.Sources{
		EventStreams: func() int { return 0 }, UnreadableSessions: func() int64 { return 0 },
		Backlog: func(context.Context, time.Time) (upkeep.Backlog, error) {
			readings++
			return counted, broken
		},
		Now: clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	want := func(present bool, lines ...string) {
		t.Helper()
		text := scrape(registry)
		for _, line := range lines {
			if strings.Contains(text, line) != present {
				t.Errorf("%q in it: %t, want %t", line, !present, present)
			}
		}
		if !strings.Contains(text, "countersign_event_streams 0") {
			t.Error("the other measurements are not told")
		}
	}
	want(true, shown...)
	counted = upkeep.Backlog{}
	clock.Advance(9 * time.Second)
	want(true, shown...)
	if readings != 1 {
		t.Errorf("counted %d times within ten seconds, want once", readings)
	}
	clock.Advance(time.Second)
	want(false, shown...)
	want(true, "countersign_heartbeats_overdue 0")

	broken = errors.New("the disk is gone")
	clock.Advance(10 * time.Second)
	want(false, "countersign_heartbeats_overdue")
	if !strings.Contains(log.String(), "the backlog cannot be measured") {
		t.Error("nothing is logged")
	}
}

// TestSigningMeasured: what several people signed is measured from the first signature to the last.
func TestSigningMeasured(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry, metrics.Sources{
		EventStreams: func() int { return 0 }, UnreadableSessions: func() int64 { return 0 },
	})
	alone := callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0.Add(time.Hour)))
	together := alone
	together.WaitingSince = callbackstest.T0
	m.Decision(alone)
	m.Decision(together)
	text := scrape(registry)
	for _, line := range []string{
		`countersign_decisions_total{kind="success"} 2`,
		"countersign_signing_duration_seconds_count 1", "countersign_signing_duration_seconds_sum 3600",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}
