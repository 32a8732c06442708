package main

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/config"
	"countersign/internal/tracing"
)

// lastSpansTimeout is how long a stop waits for the collector.
const lastSpansTimeout = time.Second

// openTracing returns the tracing of requests and deliveries. It is nil if the operator names no
// collector.
func openTracing(ctx context.Context, to config.Collector, log *slog.Logger) (*tracing.Tracing, error) {
	if to == "" {
		return nil, nil
	}
	return tracing.New(ctx, tracing.Config{Endpoint: string(to), Version: version, Log: log})
}

// closeTracing sends the last spans.
func (d *program) closeTracing() {
	if d.tracing == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastSpansTimeout)
	defer cancel()
	if err := d.tracing.Close(ctx); err != nil {
		d.log.WarnContext(ctx, "the last spans were not sent to the collector and are lost", "error", err)
	}
}
