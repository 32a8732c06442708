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

// openTracing makes what tells a collector of requests and deliveries, nil where the operator names
// none.
func openTracing(ctx context.Context, to config.Collector, log *slog.Logger) (*tracing.Tracing, error) {
	if to == "" {
		return nil, nil
	}
	return tracing.New(ctx, tracing.Config{Endpoint: string(to), Version: version, Log: log})
}

// closeTracing sends the last spans.
func (d *desk) closeTracing() {
	if d.tracing == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastSpansTimeout)
	defer cancel()
	if err := d.tracing.Close(ctx); err != nil {
		d.log.WarnContext(ctx, "the last spans were not sent to the collector", "error", err)
	}
}
