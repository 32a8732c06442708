package main

import (
	"countersign/internal/schema"
	"log/slog"
	"slices"
	"testing"

	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/worker"
)

// TestDeskRaisesAlarms: a desk looks for requests that too few people could decide, in the queues of
// the file in force.
func TestDeskRaisesAlarms(t *testing.T) {
	t.Parallel()
	settings, err := config.Load(smallest(t, "127.0.0.1:0"), deskfile.ReadFile, condition.Compile, schema.NewCompiler())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDesk(t.Context(), settings, slog.New(slog.DiscardHandler), deskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	if !slices.Contains(d.workers, worker.Runner(d.alarms)) {
		t.Error("nothing runs the alarms")
	}
	if err := d.alarms.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	counts := d.alarms.Count()
	if len(counts) == 0 || len(counts) != len(settings.Desk.Queues) {
		t.Errorf("got %v, want a number for each of %d queues", counts, len(settings.Desk.Queues))
	}
	for queue := range counts {
		if _, configured := settings.Desk.Queues[queue]; !configured {
			t.Errorf("queue %s is not configured", queue)
		}
	}
}
